// Command sallyport is the whole product in one program; each of its commands
// has a file of its own here.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"sallyport/sandbox/auth0/actions"
)

func main() {
	if actions.Asked(os.Args[1:]) { // by a simulated Auth0 tenant, in a process of its own
		if err := actions.Main(os.Stdin, os.Stdout); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, "sallyport:", err)
			os.Exit(exitFailed)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it was tried, and went wrong
	exitUsage  = 2 // it was not understood, and nothing was tried
)

// streams is where a command writes: its result, and everything else.
type streams struct{ out, err io.Writer }

// command is one subcommand.
type command struct {
	name  string
	args  string // what it takes besides flags, as its usage names it
	short string // what it does, in a line
	// run does it. It takes its flags from args with the flag set, which has
	// the command's name and knows where to write its help.
	run func(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error
}

// commands lists the subcommands in the order of the help.
func commands() []command {
	return []command{
		{"demo", "", "a server with a sandbox beside it, seeded and ready to try", runDemo},
		{"serve", "", "the server", runServe},
		{"sandbox", "", "a simulated Okta org, Slack, Teams and mailbox to rehearse with", runSandbox},
		{"sql", "[QUESTION]", "answer a question in SQL about Okta orgs, from the argument or standard input", runSQL},
		{"events import", "FILE...", "read events from exports: NDJSON, or JSON lists", runEventsImport},
		{"flow lint", "FILE...", "say what is wrong with flow files, and with exports of Okta Workflows", runFlowLint},
		{"flow run", "FILE", "carry out a flow, or one of an export, without a server", runFlowRun},
		{"flow test", "DIR", "run the tests of a folder of flows, without a server", runFlowTest},
		{"flow apply", "DIR", "make flows be what a folder of files says", runFlowApply},
		{"flow import", "FILE", "make flows of an export of Okta Workflows, or of a flow's YAML", runFlowImport},
		{"flow export", "FOLDER|FLOW", "write flows as YAML, or as an export of Okta Workflows", runFlowExport},
		{"detect", "[FILE...]", "find what detection rules are about in exports of events, or standard input", runDetect},
		{"rules lint", "[DIR...]", "say what is wrong with folders of detection rules", runRulesLint},
		{"rules test", "[DIR...]", "run the cases of detection rules", runRulesTest},
		{"rules backtest", "[FILE...]", "find what a rule would have found in stored events, or in exports", runRulesBacktest},
		{"rules coverage", "[DIR...]", "show what of ATT&CK the rules cover, and what is rehearsed", runRulesCoverage},
		{"checks lint", "[DIR...]", "say what is wrong with folders of checks of posture", runChecksLint},
		{"checks test", "[DIR...]", "run the cases of checks of posture", runChecksTest},
		{"org add", "", "make another organization", runOrgAdd},
		{"org list", "", "list the organizations", runOrgList},
		{"user add", "", "add a person to an organization", runUserAdd},
		{"user list", "", "list the people of an organization", runUserList},
		{"user role", "", "change what a person may do", runUserRole},
		{"user disable", "", "keep a person from signing in", runUserDisable},
		{"user enable", "", "let a person sign in again", runUserEnable},
		{"portal sso disable", "", "switch single sign-on of an organization off, for who is locked out", runSSODisable},
		{"portal okta-app", "", "make the application in Okta that an organization signs in through", runOktaApp},
		{"okta setup", "", "make the service app in Okta by which an org is read", runOktaSetup},
		{"okta connect", "", "connect an Okta org by an API token, or an API service integration", runOktaConnect},
		{"okta check", "", "say how much of its Okta org a connection sees", runOktaCheck},
		{"okta sync", "", "read all of the Okta org that a connection leads to", runOktaSync},
		{"okta timeline", "PERSON", "say what happened around a person: sign-ins, changes, alerts, runs, responses", runOktaTimeline},
		{"okta rotate", "", "change the key of a service app in Okta", runOktaRotate},
		{"auth0 action write", "", "write the Action that refuses people who are deactivated in Okta", runActionWrite},
		{"auth0 action deploy", "", "make, deploy and bind the Action in an Auth0 tenant", runActionDeploy},
		{"auth0 action show", "", "show the Action, and what else is bound to post-login", runActionShow},
		{"auth0 action verify", "", "fail where the Action does not refuse people", runActionVerify},
		{"auth0 action remove", "", "unbind and delete the Action", runActionRemove},
		{"access paths", "", "say who can become an administrator of an Okta org, and by which way", runAccessPaths},
		{"access who", "APP", "say who can use an app of an Okta org, and why", runAccessWho},
		{"access reach", "PERSON", "say what a person of an Okta org is in, uses and can become", runAccessReach},
		{"access export", "", "write the access graph of an Okta org", runAccessExport},
		{"posture report", "", "write how an Okta org stands, for who audits it", runPostureReport},
		{"audit verify", "", "find what was changed in the audit log, taken out of it or cut off", runAuditVerify},
		{"nodes", "", "list the servers that work on the database, and what is in their queue", runNodes},
		{"secret rotate", "", "make a new key and seal every secret with it", runSecretRotate},
		{"backup", "FILE|DIR", "write everything but the key to a file, or each moment to a folder", runBackup},
		{"restore", "FILE|DIR", "fill an empty database from a backup", runRestore},
		{"doctor", "", "look at everything that a server needs, and say what to do", runDoctor},
		{"migrate", "", "bring the database's schema up to date", runMigrate},
		{"config", "", "show the configuration in force, without its secrets", runConfig},
		{"completion", "bash|zsh|fish", "write what a shell completes commands and flags by", runCompletion},
		{"man", "", "write the manual page", runMan},
		{"version", "", "the version of this program", runVersion},
	}
}

// usageError is a mistake in how a command was called.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usage(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// run finds the command and runs it, and returns the exit code.
func run(ctx context.Context, args []string, std streams) int {
	name := ""
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	switch name {
	case "help", "-h", "-help", "--help":
		return runHelp(ctx, args, std)
	case "-version", "--version":
		name = "version"
	case "":
		help(std.err)
		return exitUsage
	}
	if c, args, ok := find(name, args); ok {
		return exitCode(c.name, c.run(ctx, flagSet(c, std), args, std), std)
	}
	if subs := below(name); len(subs) > 0 {
		if len(args) > 0 && !isHelp(args[0]) {
			_, _ = fmt.Fprintf(std.err, "sallyport: there is no command \"%s %s\"\n", name, args[0])
		}
		if len(args) > 0 && isHelp(args[0]) {
			list(std.out, name, subs)
			return exitOK
		}
		list(std.err, name, subs)
		return exitUsage
	}
	_, _ = fmt.Fprintf(std.err, "sallyport: there is no command %q; \"sallyport help\" lists them\n", name)
	return exitUsage
}

func isHelp(arg string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, arg)
}

// runHelp shows the help of the command that args name; of all where they name
// none.
func runHelp(ctx context.Context, args []string, std streams) int {
	if len(args) == 0 || isHelp(args[0]) {
		help(std.out)
		return exitOK
	}
	return run(ctx, append(slices.Clone(args), "-h"), std)
}

// below returns the commands of two words that begin with a word.
func below(name string) []command {
	return slices.DeleteFunc(commands(), func(c command) bool { return !strings.HasPrefix(c.name, name+" ") })
}

// list lists the commands of two words that begin with a word.
func list(w io.Writer, name string, subs []command) {
	_, _ = fmt.Fprintf(w, "Usage: sallyport %s COMMAND [flags]\n\n", name)
	for _, c := range subs {
		_, _ = fmt.Fprintf(w, "  %-18s %s\n", c.name, c.short)
	}
}

// find returns the command of one word or several, and what comes after it.
func find(name string, args []string) (command, []string, bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, args, true
		}
		if more := strings.Count(c.name, " "); more > 0 && len(args) >= more && c.name == name+" "+strings.Join(args[:more], " ") {
			return c, args[more:], true
		}
	}
	return command{}, nil, false
}

// flagSet makes the flag set of a command.
func flagSet(c command, std streams) *flag.FlagSet {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(std.out)
	flags.Usage = func() {
		usage := strings.TrimSuffix("sallyport "+c.name+" [flags] "+c.args, " ")
		_, _ = fmt.Fprintf(std.out, "sallyport %s: %s\n\nUsage: %s\n", c.name, c.short, usage)
		flags.PrintDefaults()
	}
	return flags
}

// parse reads the flags of a command that takes no other arguments. What is
// wrong with them is a usageError; a request for help is flag.ErrHelp.
func parse(flags *flag.FlagSet, args []string) error {
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usage("unexpected argument %q", flags.Arg(0))
	}
	return nil
}

// parseFlags reads the flags of a command, before and behind what else there is,
// which stays in Args.
func parseFlags(flags *flag.FlagSet, args []string) error {
	out := flags.Output()
	flags.SetOutput(io.Discard) // the error says it all, once
	printHelp := flags.Usage
	flags.Usage = func() {}
	err := interspersed(flags, args)
	flags.SetOutput(out)
	switch {
	case errors.Is(err, flag.ErrHelp):
		printHelp()
		return err
	case err != nil:
		return usage("%v", err)
	}
	return nil
}

// interspersed parses flags wherever they stand, up to a --.
func interspersed(flags *flag.FlagSet, args []string) error {
	var rest []string
	for {
		if err := flags.Parse(args); err != nil {
			return err
		}
		left := flags.Args()
		if len(left) == 0 || len(args) > len(left) && args[len(args)-len(left)-1] == "--" {
			return flags.Parse(append(append([]string{"--"}, rest...), left...))
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

// exitCode says how a command ended.
func exitCode(name string, err error, std streams) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	default:
		_, _ = fmt.Fprintf(std.err, "sallyport %s: %v\n", name, err)
		if _, ok := errors.AsType[*usageError](err); ok {
			return exitUsage
		}
		return exitFailed
	}
}

// help lists the commands.
func help(w io.Writer) {
	_, _ = fmt.Fprint(w, "Sallyport stands at an organization's Okta gate.\n\nUsage: sallyport COMMAND [flags]\n\n")
	for _, c := range commands() {
		_, _ = fmt.Fprintf(w, "  %-18s %s\n", c.name, c.short)
	}
	_, _ = fmt.Fprint(w, "\n\"sallyport help COMMAND\" lists a command's flags.\n")
}
