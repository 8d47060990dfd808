//! cala-ledger: double-entry bookkeeping, each payment a transaction of two entries posted by a template.

use std::process::ExitCode;

use cala_ledger::account::NewAccount;
use cala_ledger::job::{JobSvcConfig, Jobs};
use cala_ledger::journal::NewJournal;
use cala_ledger::tx_template::{
    NewParamDefinition, NewTxTemplate, NewTxTemplateEntry, NewTxTemplateTransaction, ParamDataType, Params,
};
use cala_ledger::{AccountId, CalaLedger, CalaLedgerConfig, JournalId, TransactionId, TxTemplateId};
use rust_decimal::Decimal;
use sqlx::postgres::PgPoolOptions;
use tranche_peers::{Answer, CONNECTIONS, Database, Failure, PILOTS, Payment, Peer, pilot};
use uuid::Uuid;

/// The template's name.
const TEMPLATE: &str = "PAYMENT";

struct Cala {
    ledger: CalaLedger,
    /// What keeps balances of account sets, of which there are none here; it is not started.
    _jobs: Jobs,
}

/// The id of a thing that a run makes; each run has a database of its own.
fn id(kind: u128, number: u64) -> Uuid {
    Uuid::from_u128(kind << 96 | 0x7000_8000_0000_0000_0000 | u128::from(number))
}

fn journal() -> JournalId {
    id(1, 0).into()
}

/// The account of the money that pays for a pilot, and that of what was paid.
fn accounts(pilot: &str) -> (AccountId, AccountId) {
    let number = pilot.trim_start_matches("BP").parse().unwrap_or(0);
    (id(2, number).into(), id(3, number).into())
}

fn parameter(name: &str, kind: ParamDataType) -> Result<NewParamDefinition, Failure> {
    Ok(NewParamDefinition::builder().name(name).r#type(kind).build()?)
}

fn entry(account: &str, direction: &str) -> Result<NewTxTemplateEntry, Failure> {
    Ok(NewTxTemplateEntry::builder()
        .entry_type(format!("'PAYMENT_{direction}'"))
        .account_id(format!("params.{account}"))
        .layer("SETTLED")
        .direction(direction)
        .units("params.amount")
        .currency("'CNY'")
        .build()?)
}

fn template() -> Result<NewTxTemplate, Failure> {
    let transaction = NewTxTemplateTransaction::builder()
        .effective("date()")
        .journal_id(format!("uuid('{}')", journal()))
        .metadata("params.payment")
        .build()?;
    Ok(NewTxTemplate::builder()
        .id(TxTemplateId::from(id(4, 0)))
        .code(TEMPLATE)
        .params(vec![
            parameter("from", ParamDataType::Uuid)?,
            parameter("to", ParamDataType::Uuid)?,
            parameter("amount", ParamDataType::Decimal)?,
            parameter("payment", ParamDataType::Json)?,
        ])
        .transaction(transaction)
        .entries(vec![entry("to", "DEBIT")?, entry("from", "CREDIT")?])
        .build())
}

impl Peer for Cala {
    const NAME: &'static str = "cala-ledger";
    const DOES: &'static str = "post one transaction of two entries by a template, the payment as its metadata: ten \
                                pairs of accounts, locked from before their balances are read until the commit; six \
                                round trips; a transaction's id, the command's, is unique; no limits on accounts";
    const COUNT: &'static str = "SELECT count(*) FROM cala_transactions";

    async fn open(database: &Database) -> Result<Self, Failure> {
        let connections = u32::try_from(CONNECTIONS)?;
        let options = PgPoolOptions::new().min_connections(connections).max_connections(connections);
        let pool = options.connect(database.url()).await?;
        let mut jobs = Jobs::init(JobSvcConfig::builder().pool(pool.clone()).exec_migrations(false).build()?).await?;
        let config = CalaLedgerConfig::builder().pool(pool).exec_migrations(true).build()?;
        let ledger = CalaLedger::init(config, &mut jobs).await?;
        ledger.journals().create(NewJournal::builder().id(journal()).name("payments").build()).await?;
        for pilot in (0..PILOTS).map(pilot) {
            let (from, to) = accounts(&pilot);
            for (account, side) in [(from, "from"), (to, "to")] {
                let name = format!("{pilot}-{side}");
                ledger.accounts().create(NewAccount::builder().id(account).name(&name).code(&name).build()).await?;
            }
        }
        ledger.tx_templates().create(template()?).await?;
        Ok(Self { ledger, _jobs: jobs })
    }

    async fn record(&self, payment: &Payment) -> Result<Answer, Failure> {
        let (from, to) = accounts(&payment.pilot);
        let mut params = Params::new();
        params.insert("from", from);
        params.insert("to", to);
        params.insert("amount", Decimal::new(payment.amount_fen, 2));
        params.insert("payment", serde_json::to_value(payment)?);
        self.ledger.post_transaction(TransactionId::from(payment.command_id), TEMPLATE, params).await?;
        Ok(Answer::Recorded)
    }
}

fn main() -> ExitCode {
    tranche_peers::main::<Cala>()
}
