DROP VIEW IF EXISTS notes_by_author;
CREATE VIEW notes_by_author AS SELECT author, COUNT(*) AS notes FROM notes GROUP BY author;
