package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"sallyport/internal/config"
	"sallyport/sandbox"
)

// sandboxFlags are the flags of the sandbox command.
type sandboxFlags struct {
	listen, mail, url string
	users             int
	groups, apps      int
	weak              bool
	traffic           float64
	history           time.Duration
	seed              uint64
	json, expose      bool
}

func readSandboxFlags(flags *flag.FlagSet, args []string) (sandboxFlags, error) {
	var f sandboxFlags
	flags.StringVar(&f.listen, "listen", "127.0.0.1:0", "`address` of everything but mail; port 0 takes a free one")
	flags.StringVar(&f.mail, "mail", "127.0.0.1:0", "`address` of the mail server (SMTP)")
	flags.StringVar(&f.url, "url", "", "`URL` under which others reach the sandbox; that of the listener when empty")
	flags.IntVar(&f.users, "users", 50, "`number` of people in the Okta org")
	flags.IntVar(&f.groups, "groups", 0, "`number` of groups in the Okta org, at least those that every one has")
	flags.IntVar(&f.apps, "apps", 0, "`number` of apps in the Okta org, likewise")
	flags.BoolVar(&f.weak, "weak", false, "make an Okta org with weaknesses, which GET /_sandbox/planted lists")
	flags.Uint64Var(&f.seed, "seed", 1, "`number` that decides everything that looks random")
	flags.Float64Var(&f.traffic, "traffic", 0, "about how many `events` of ordinary life there are a minute; 0 is none")
	flags.DurationVar(&f.history, "history", 0, "for how `long` there has been ordinary life before the start")
	flags.BoolVar(&f.json, "json", false, "write where everything is as one line of JSON")
	flags.BoolVar(&f.expose, "expose", false, "listen where other machines can connect, although everybody can know the tokens")
	if err := parse(flags, args); err != nil {
		return f, err
	}
	if err := checkUsers(f.users); err != nil {
		return f, err
	}
	for name, n := range map[string]int{"groups": f.groups, "apps": f.apps} {
		if n < 0 || n > mostCrowd {
			return f, usage("--%s: a number up to %d is wanted, not %d", name, mostCrowd, n)
		}
	}
	if f.history < 0 || f.history > mostHistory {
		return f, usage("--history: at most %s", mostHistory)
	}
	for name, address := range map[string]string{"listen": f.listen, "mail": f.mail} {
		local, err := config.Loopback(address)
		if err != nil {
			return f, usage("--%s: %v", name, err)
		}
		if !local && !f.expose {
			return f, usage("--%s %s can be reached from other machines, and everybody can know the sandbox's tokens; say --expose if that is meant", name, address)
		}
	}
	return f, nil
}

// The numbers of people that a sandbox is made with: the accounts that every org
// has, up to what fits into memory.
const (
	leastUsers = 5
	mostUsers  = 1_000_000
)

// mostCrowd is how many groups or apps fit into memory.
const mostCrowd = 100_000

// mostHistory is how long the System Log keeps events.
const mostHistory = 90 * 24 * time.Hour

func checkUsers(n int) error {
	if n < leastUsers || n > mostUsers {
		return usage("--users: a number from %d to %d is wanted, not %d", leastUsers, mostUsers, n)
	}
	return nil
}

// runSandbox serves a sandbox until it is told to stop.
func runSandbox(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	f, err := readSandboxFlags(flags, args)
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return err
	}
	if f.url == "" {
		f.url = "http://" + l.Addr().String()
	}
	s, err := sandbox.New(sandbox.Options{
		Users: f.users, Groups: f.groups, Apps: f.apps, Weak: f.weak, Seed: f.seed, BaseURL: f.url, MailListen: f.mail, Traffic: f.traffic, History: f.history,
		Log: slog.New(slog.NewTextHandler(std.err, nil)),
	})
	if err != nil {
		_ = l.Close() // nothing was served on it
		return err
	}
	defer s.Close()
	if err := writeState(std.out, s.State(), f.json); err != nil {
		_ = l.Close() // nothing was served on it
		return err
	}
	return s.Serve(ctx, l)
}

// writeState says where everything is.
func writeState(w io.Writer, st sandbox.State, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(st)
	}
	_, err := fmt.Fprintf(w, `A sandbox with %d people is ready. Stop it with Ctrl-C; it keeps nothing.

  Okta     %s
           token %s
  Auth0    %s
           client %s, secret %s
  Slack    %s
           token %s
  Teams    %s
           %s
  Mail     %s
  Control  %s/
`, st.Users, st.Okta.URL, st.Okta.Token, st.Auth0.URL, st.Auth0.ClientID, st.Auth0.ClientSecret, st.Slack.URL, st.Slack.Token, st.Teams.WorkflowURL, st.Teams.LegacyURL, st.Mail.URL, st.Control)
	return err
}
