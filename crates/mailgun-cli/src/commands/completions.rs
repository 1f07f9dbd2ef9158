use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::{cli::Cli, context::Context, exit::Result};

/// Write completions for a shell
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun completions bash > ~/.local/share/bash-completion/completions/mailgun
  mailgun completions zsh > \"${fpath[1]}/_mailgun\"")]
pub(crate) struct Completions {
    /// bash, elvish, fish, powershell or zsh
    #[arg(hide_possible_values = true)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "mailgun", &mut script);
        context.out.raw(&script)
    }
}
