WITH highest AS (
    SELECT window(at, '10 seconds') AS period, max(price) AS price
    FROM bid
    GROUP BY window(at, '10 seconds')
), best AS (
    SELECT h.period, h.price, max(struct(b.auction, b.bidder)) AS bid
    FROM highest AS h JOIN bid AS b
        ON b.price = h.price AND b.at >= h.period.start AND b.at < h.period.end
    GROUP BY h.period, h.price
)
SELECT period.end AS ended, price, bid.auction, bid.bidder FROM best
