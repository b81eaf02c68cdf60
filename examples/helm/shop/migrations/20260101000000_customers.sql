-- migrate:up
CREATE TABLE customers (
  id INT PRIMARY KEY,
  name VARCHAR(200) NOT NULL
);

-- migrate:down
DROP TABLE customers;
