-- A guard against accident, not proof: the log and the texts are only ever added to.
CREATE FUNCTION cairn_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME; END $$;
CREATE TRIGGER events_no_update BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION cairn_refuse();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION cairn_refuse();
CREATE TRIGGER texts_no_update BEFORE UPDATE ON texts FOR EACH ROW EXECUTE FUNCTION cairn_refuse();
CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence FOR EACH ROW EXECUTE FUNCTION cairn_refuse();
