use std::path::PathBuf;

use clap::{Args, CommandFactory as _};

use crate::{
    cli::Cli,
    context::Context,
    exit::{Failure, Result},
};

/// Write manual pages
#[derive(Args, Debug)]
pub(crate) struct Man {
    /// Directory for the pages; it is created if it does not exist
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

impl Man {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let failed = |error| Failure::file(self.directory.display(), error);
        std::fs::create_dir_all(&self.directory).map_err(failed)?;
        clap_mangen::generate_to(Cli::command(), &self.directory).map_err(failed)?;
        context.out.note(format!("Wrote the pages to {}", self.directory.display()));
        Ok(())
    }
}
