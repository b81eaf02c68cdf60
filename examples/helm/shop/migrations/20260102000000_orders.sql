-- migrate:up
CREATE TABLE orders (
  id INT PRIMARY KEY,
  customer_id INT NOT NULL REFERENCES customers (id)
);

-- migrate:down
DROP TABLE orders;
