SELECT p.id, p.name, window(p.at, '10 seconds').start AS came, count(*) AS auctions
FROM person AS p JOIN auction AS a
    ON p.id = a.seller AND window(p.at, '10 seconds') = window(a.at, '10 seconds')
GROUP BY p.id, p.name, window(p.at, '10 seconds')
