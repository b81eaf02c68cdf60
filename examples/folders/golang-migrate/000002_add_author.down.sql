CREATE TABLE notes_kept (id INTEGER PRIMARY KEY, body VARCHAR(200) NOT NULL);
INSERT INTO notes_kept SELECT id, body FROM notes;
DROP TABLE notes;
ALTER TABLE notes_kept RENAME TO notes;
