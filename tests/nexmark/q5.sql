WITH counts AS (
    SELECT window(at, '10 seconds', '2 seconds') AS period, auction, count(*) AS bids
    FROM bid
    GROUP BY window(at, '10 seconds', '2 seconds'), auction
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY period ORDER BY bids DESC, auction DESC) AS place
    FROM counts
)
SELECT period.end AS ended, auction, bids FROM ranked WHERE place = 1
