//! The command as people run it: every block of commands in `tests/cli` and in the documentation.

#[test]
fn commands_print_what_is_written() {
    trycmd::TestCases::new()
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .case("tests/cli/*.trycmd")
        .case("tests/cli/*.toml")
        .case("README.md")
        .case("docs/batch.md")
        .case("docs/comparing.md")
        .case("docs/testing.md")
        .case("docs/mutation.md");
}
