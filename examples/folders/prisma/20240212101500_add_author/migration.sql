ALTER TABLE notes ADD COLUMN author VARCHAR(100);
CREATE INDEX notes_author ON notes (author);
