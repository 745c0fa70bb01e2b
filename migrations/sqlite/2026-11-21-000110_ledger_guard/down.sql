DROP TRIGGER evidence_no_update; DROP TRIGGER texts_no_update; DROP TRIGGER events_no_delete; DROP TRIGGER events_no_update;
