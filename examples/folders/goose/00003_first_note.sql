-- +goose Up
-- +goose ENVSUB ON
INSERT INTO notes (id, body) VALUES (1, 'written by ${NOTES_AUTHOR:-nobody}');
-- +goose ENVSUB OFF

-- +goose Down
DELETE FROM notes WHERE id = 1;
