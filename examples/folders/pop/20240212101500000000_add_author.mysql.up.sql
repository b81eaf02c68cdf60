ALTER TABLE notes ADD COLUMN author VARCHAR(100), ADD INDEX notes_author (author);
