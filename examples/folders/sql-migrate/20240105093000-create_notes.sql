-- +migrate Up
CREATE TABLE notes (id INTEGER PRIMARY KEY, body VARCHAR(200) NOT NULL);

-- +migrate Down
DROP TABLE notes;
