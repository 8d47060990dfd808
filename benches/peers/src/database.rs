//! A database for each peer, made empty and dropped, on the server that `DATABASE_URL` names.

use serde_json::{Value, json};
use tokio_postgres::{Client, Config, NoTls};

use super::Failure;

/// How many connections a peer may have: about what the ledger's users give a server of two cores.
pub const CONNECTIONS: usize = 32;

/// An empty database.
pub struct Database {
    name: String,
    server: Config,
    url: String,
}

impl Database {
    /// Makes it; one that a run left there when it was killed is dropped first.
    pub(crate) async fn make(peer: &str) -> Result<Self, Failure> {
        let server = std::env::var("DATABASE_URL").map_err(|_| "DATABASE_URL does not name a server")?;
        let name = format!("tranche_peer_{}", peer.replace('-', "_"));
        let url = with_database(&server, &name).ok_or("DATABASE_URL is no postgres://…/database")?;
        let database = Self { name, server: server.parse()?, url };
        database.drop().await?;
        // UTF-8 whatever the server's own databases are in.
        let create = format!("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", database.name);
        connect(&database.server).await?.batch_execute(&create).await?;
        Ok(database)
    }

    /// Drops it, with whoever is connected.
    pub(crate) async fn drop(&self) -> Result<(), Failure> {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        Ok(connect(&self.server).await?.batch_execute(&drop).await?)
    }

    /// Where it is, as a URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection to it.
    ///
    /// # Errors
    /// Where the server refuses it.
    pub async fn client(&self) -> Result<Client, Failure> {
        let mut config = self.server.clone();
        config.dbname(&self.name);
        connect(&config).await
    }

    /// The settings that durability rests on.
    ///
    /// # Errors
    /// Where an answered payment would not be on disk.
    pub(crate) async fn durable(&self) -> Result<Value, Failure> {
        let client = self.client().await?;
        let query = "SELECT current_setting('server_version'), current_setting('fsync'), \
                     current_setting('synchronous_commit')";
        let row = client.query_one(query, &[]).await?;
        let (version, fsync, commit): (String, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if fsync != "on" || commit != "on" {
            return Err(format!("fsync is {fsync} and synchronous_commit {commit}; both have to be on").into());
        }
        Ok(json!({"server_version": version, "fsync": fsync, "synchronous_commit": commit}))
    }

    /// How many rows a query counts.
    pub(crate) async fn count(&self, query: &str) -> Result<usize, Failure> {
        let row = self.client().await?.query_one(query, &[]).await?;
        Ok(usize::try_from(row.try_get::<_, i64>(0)?)?)
    }
}

async fn connect(config: &Config) -> Result<Client, Failure> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// The same URL with another database's name.
fn with_database(url: &str, name: &str) -> Option<String> {
    let (place, options) = url.split_once('?').map_or((url, ""), |(place, options)| (place, options));
    let (scheme, place) = place.split_once("://")?;
    let host = place.split_once('/').map_or(place, |(host, _)| host);
    let mark = if options.is_empty() { "" } else { "?" };
    Some(format!("{scheme}://{host}/{name}{mark}{options}"))
}
