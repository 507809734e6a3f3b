WITH highest AS (
    SELECT window(at, '10 seconds') AS period, max(price) AS price
    FROM bid
    GROUP BY window(at, '10 seconds')
)
SELECT h.period.end AS ended, h.price, max(struct(b.auction, b.bidder)).*
FROM highest AS h JOIN bid AS b
    ON b.price = h.price AND b.at >= h.period.start AND b.at < h.period.end
GROUP BY h.period.end, h.price
