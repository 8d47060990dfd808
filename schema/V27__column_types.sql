-- What a column holds whatever stands beside it is said by its type. A statement that writes reads each constraint of
-- its table from the catalog anew, however few rows it writes; a type's are read once a session, and looked at only
-- where the statement sets such a column. Columns that stand in other constraints keep their plain types: each mention
-- of one would be a conversion to read as well. The constraints keep their names.

LOCK TABLE tranche.ledger, tranche.event, tranche.fund_position;

CREATE DOMAIN tranche.ledger_name AS text CONSTRAINT ledger_name_form CHECK (
    VALUE ~ '^[^[:cntrl:][:space:]+\u0001-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]+$'
    AND char_length(VALUE) <= 100);
CREATE DOMAIN tranche.head_root AS bytea CONSTRAINT ledger_root_sha256 CHECK (octet_length(VALUE) = 32);
CREATE DOMAIN tranche.first_share AS numeric
    CONSTRAINT ledger_first_share_ratio CHECK (VALUE BETWEEN numeric '0' AND numeric '1');
CREATE DOMAIN tranche.gate AS text
    CONSTRAINT ledger_gate_known CHECK (VALUE IN ('above_share', 'remainder_after_year'));
CREATE DOMAIN tranche.year AS integer CONSTRAINT fund_position_year CHECK (VALUE BETWEEN 1 AND 9999);
-- 五(五) A payout decision is a share.
CREATE DOMAIN tranche.payout_ratio AS numeric(5,4)
    CONSTRAINT "TR-07" CHECK (VALUE BETWEEN numeric '0' AND numeric '1');
ALTER DOMAIN tranche.ledger_name OWNER TO tranche_owner;
ALTER DOMAIN tranche.head_root OWNER TO tranche_owner;
ALTER DOMAIN tranche.first_share OWNER TO tranche_owner;
ALTER DOMAIN tranche.gate OWNER TO tranche_owner;
ALTER DOMAIN tranche.year OWNER TO tranche_owner;
ALTER DOMAIN tranche.payout_ratio OWNER TO tranche_owner;

ALTER TABLE tranche.ledger
    DROP CONSTRAINT ledger_name_form,
    DROP CONSTRAINT ledger_root_sha256,
    DROP CONSTRAINT ledger_first_share_ratio,
    DROP CONSTRAINT ledger_gate_known,
    ALTER COLUMN name TYPE tranche.ledger_name,
    ALTER COLUMN root TYPE tranche.head_root,
    ALTER COLUMN first_share TYPE tranche.first_share,
    ALTER COLUMN gate TYPE tranche.gate;

ALTER TABLE tranche.fund_position
    DROP CONSTRAINT fund_position_year,
    DROP CONSTRAINT "TR-07",
    ALTER COLUMN recognition_year TYPE tranche.year,
    ALTER COLUMN payout_ratio TYPE tranche.payout_ratio;
