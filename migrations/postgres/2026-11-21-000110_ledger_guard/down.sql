DROP TRIGGER evidence_no_update ON evidence;
DROP TRIGGER texts_no_update ON texts;
DROP TRIGGER events_no_truncate ON events;
DROP TRIGGER events_no_update ON events;
DROP FUNCTION cairn_refuse();
