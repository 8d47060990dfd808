//! `tranche key`: makes the key that signs checkpoints, and shows the public half of one.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Context, Failure, clock};
use crate::engine::signer;
use crate::log::note::Signer;

/// Options of `key`.
#[derive(Args)]
pub struct Key {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// 生成密钥,显示公钥 · make a key, and print its public half
    New {
        /// 检查点的名称,如 tranche.example/jiangxi-2025 · the origin its checkpoints carry
        #[arg(long, value_name = "ORIGIN")]
        name: String,
        /// 私钥文件,必须尚不存在 · where the private key goes; must not exist
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// 显示私钥文件的公钥 · print the public half of a private key
    Show {
        /// 私钥文件 · the private key
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

impl Key {
    pub(super) fn run(self, context: &mut Context) -> Result<(), Failure> {
        let key = match self.act {
            Act::New { name, output } => {
                let seed = clock::seed()?;
                let key = Signer::from_seed(&name, &seed)?;
                signer::key_write(&output, &key)?;
                key
            }
            Act::Show { file } => signer::key_read(&file)?,
        };
        let public = key.public();
        if context.is_json() {
            let id = format!("{:08x}", public.id());
            return context.json(&json!({"name": public.name(), "id": id, "key": public.to_string()}));
        }
        context.line(public)
    }
}
