-- An append always raises the head, and all others wait while it holds it: so whether a head falls, or is changed where
-- it stands, is looked at only where it does not rise, and whether it stays the same ledger's where that is set.
DROP TRIGGER ledger_head_rises ON tranche.ledger;
CREATE TRIGGER ledger_head_rises BEFORE UPDATE ON tranche.ledger
    FOR EACH ROW WHEN (new.position <= old.position) EXECUTE FUNCTION tranche.ledger_head_rises();
CREATE TRIGGER ledger_name_stays BEFORE UPDATE OF id, name, opened_at ON tranche.ledger
    FOR EACH ROW EXECUTE FUNCTION tranche.ledger_head_rises();
ALTER TABLE tranche.ledger ENABLE ALWAYS TRIGGER ledger_head_rises, ENABLE ALWAYS TRIGGER ledger_name_stays;
