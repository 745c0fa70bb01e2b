DROP TABLE board_notes;
DROP TABLE board_reviews;
