WITH people AS (
    SELECT id, name, window(at, '10 seconds') AS period FROM person
), sellers AS (
    SELECT seller, window(at, '10 seconds') AS period FROM auction
)
SELECT p.id, p.name, p.period.start AS came, count(*) AS auctions
FROM people AS p JOIN sellers AS s ON p.id = s.seller AND p.period = s.period
GROUP BY p.id, p.name, p.period
