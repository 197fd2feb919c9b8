package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"sallyport/internal/app"
	"sallyport/internal/okta"
	"sallyport/internal/okta/onboard"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
)

// oktaTokenVariable is where a token may stand that is lent for a command.
const oktaTokenVariable = "SALLYPORT_OKTA_TOKEN" //nolint:gosec // the name of a variable

// lentToken is the flag of a token that is lent for a command, and kept nowhere.
type lentToken struct{ given string }

func (l *lentToken) on(flags *flag.FlagSet) {
	flags.StringVar(&l.given, "token", "", "temporary API `token` of a super administrator; - reads it from standard input. Without it the variable "+oktaTokenVariable+" counts, or it is asked for. What stands in an argument others on this machine can read")
}

// read returns the token.
func (l *lentToken) read(std streams) (secret.Text, error) {
	given := cmp.Or(l.given, os.Getenv(oktaTokenVariable), "-")
	if given == "-" {
		var err error
		if given, err = readToken("-", std); err != nil {
			return secret.Text{}, err
		}
	}
	if given = strings.TrimSpace(given); given == "" {
		return secret.Text{}, usage("there is no token: name one by --token, or %s", oktaTokenVariable)
	}
	return secret.NewText(given), nil
}

// setupFlags are the flags of okta setup.
type setupFlags struct {
	conf     configFlag
	token    lentToken
	org, key string
	scopes   string
	zones    string
	o        app.OktaSetup

	printKey, revoke, cleanup, plan, json bool
}

func (f *setupFlags) on(flags *flag.FlagSet) {
	f.conf.on(flags)
	f.token.on(flags)
	flags.StringVar(&f.org, "org", app.DefaultOrganization, "`slug` of the organization that the connection is for")
	flags.StringVar(&f.o.Domain, "domain", "", "`domain` of the Okta org, as acme or acme.okta.com")
	flags.StringVar(&f.o.Label, "label", "Sallyport service", "`name` of the app in Okta")
	flags.StringVar(&f.o.Name, "name", "", "`name` of the connection; by default that of the domain")
	flags.BoolVar(&f.o.Response, "response", false, "make a second app with a key of its own, that may contain people")
	flags.BoolVar(&f.o.OnlyResponse, "only-response", false, "make that second app alone, beside a connection that reads the org already")
	flags.StringVar(&f.scopes, "response-scopes", "", "more `scopes` for the second app, separated by commas")
	flags.StringVar(&f.o.ResponseRole, "response-role", "", "`type` of one of Okta's own roles for the second app, such as USER_ADMIN, instead of one that is made for it")
	flags.BoolVar(&f.o.DPoP, "dpop", false, "bind access tokens to a key (DPoP)")
	flags.StringVar(&f.key, "key", string(onboard.RSA), "`kind` of key: rsa (3072 bits) or ec (P-256)")
	flags.StringVar(&f.o.KeyFile, "key-file", "", "also write the private key to a new `file`; that of the second app to the same with .response behind it")
	flags.BoolVar(&f.printKey, "print-key", false, "also print the private key, for use elsewhere")
	flags.BoolVar(&f.o.Elsewhere, "elsewhere", false, "keep no connection: the app is for use elsewhere; with --key-file or --print-key")
	flags.BoolVar(&f.o.Reuse, "reuse", false, "use a service app of this name that is there: it gets another key, and what scopes and roles it lacks; it loses nothing")
	flags.StringVar(&f.zones, "zone", "", "network `zones`, by name or id, that the app may be used from, separated by commas; this server has to be in one of them")
	flags.IntVar(&f.o.Share, "rate-share", 0, "how much of each rate limit the app may take, in `percent`; by default what the org says, which is 50 as a rule")
	flags.BoolVar(&f.revoke, "revoke-token", false, "end the temporary token when all is done")
	flags.BoolVar(&f.cleanup, "cleanup", false, "take back what a run left behind that was ended before it could")
	flags.BoolVar(&f.plan, "plan", false, "say what would be made, and ask Okta for nothing")
	flags.BoolVar(&f.json, "json", false, "write what was made as JSON")
}

func (f *setupFlags) check() error {
	f.o.Response = f.o.Response || f.o.OnlyResponse
	switch {
	case f.plan:
	case f.o.Domain == "":
		return usage("--domain is missing")
	case f.o.Elsewhere && f.o.KeyFile == "" && !f.printKey:
		return usage("--elsewhere wants --key-file or --print-key: otherwise nobody would have the key")
	case f.o.Share < 0 || f.o.Share > 100:
		return usage("--rate-share: a number from 1 to 100 is wanted, not %d", f.o.Share)
	case !f.o.Response && (f.scopes != "" || f.o.ResponseRole != ""):
		return usage("--response-scopes and --response-role want --response or --only-response")
	}
	if f.o.Key = onboard.KeyKind(f.key); f.o.Key != onboard.RSA && f.o.Key != onboard.EC {
		return usage("--key: %q is neither %s nor %s", f.key, onboard.RSA, onboard.EC)
	}
	for zone := range strings.SplitSeq(f.zones, ",") { // their names may have spaces
		if zone = strings.TrimSpace(zone); zone != "" {
			f.o.Zones = append(f.o.Zones, zone)
		}
	}
	f.o.ResponseScopes = strings.FieldsFunc(f.scopes, func(r rune) bool { return r == ',' || r == ' ' })
	return nil
}

// runOktaSetup makes service apps in an Okta org and connections that work with
// them.
func runOktaSetup(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var f setupFlags
	f.on(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	if f.plan {
		return f.printPlan(std.out)
	}
	token, err := f.token.read(std)
	if err != nil {
		return err
	}
	f.o.Token, f.o.Tell = token, func(step onboard.Step) { _, _ = fmt.Fprintln(std.err, step.Text) }
	return f.conf.ofOrganization(ctx, std, f.org, func(core *app.Core, _ *portal.Portal, o portal.Organization) error {
		f.o.Org = o.ID
		if f.cleanup {
			did, err := core.CleanUpOkta(ctx, o.ID, f.o.Domain, token)
			for _, what := range did {
				_, _ = fmt.Fprintln(std.out, what)
			}
			return err
		}
		ready, err := core.SetUpOkta(byHand(ctx), f.o)
		if err != nil {
			return err
		}
		return f.report(std, ready, f.end(ctx, core, ready.Domain, std))
	})
}

// end ends the token where that is wanted, and reports whether it did. That it
// could not does not undo what was made.
func (f *setupFlags) end(ctx context.Context, core *app.Core, base string, std streams) bool {
	if !f.revoke {
		return false
	}
	if err := core.RevokeOktaToken(ctx, base, f.o.Token); err != nil {
		_, _ = fmt.Fprintf(std.err, "the temporary token could not be ended: %v\n", err)
		return false
	}
	return true
}

func (f *setupFlags) printPlan(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	show := func(what string, scopes []onboard.Scope, roles []onboard.Role) {
		_, _ = fmt.Fprintf(out, "%s\n", what)
		for _, r := range roles {
			_, _ = fmt.Fprintf(out, "  role\t%s\n", cmp.Or(r.Standard, r.Label+": "+strings.Join(r.Permissions, ", ")))
		}
		for _, s := range scopes {
			_, _ = fmt.Fprintf(out, "  %s\t%s\n", s.Name, s.Why)
		}
	}
	if !f.o.OnlyResponse {
		show(fmt.Sprintf("app %q", f.o.Label), onboard.ReadScopes(), onboard.ReadRoles("(date)"))
	}
	if f.o.Response {
		role := onboard.ResponseRole("(date)")
		if f.o.ResponseRole != "" {
			role = onboard.Role{Standard: f.o.ResponseRole}
		}
		scopes := onboard.ResponseScopes()
		for _, s := range f.o.ResponseScopes {
			scopes = append(scopes, onboard.Scope{Name: s, Why: "asked for"})
		}
		show(fmt.Sprintf("app %q", f.o.Label+" response"), scopes, []onboard.Role{role})
	}
	return out.Flush()
}

// report says what was made and what comes next.
func (f *setupFlags) report(std streams, ready app.OktaReady, ended bool) error {
	if f.json {
		return f.reportJSON(std.out, ready, ended)
	}
	w := std.out
	_, _ = fmt.Fprintf(w, "tenant       %s (%s)\n", ready.Tenant.ID, ready.Domain)
	for _, a := range ready.Apps {
		_, _ = fmt.Fprintf(w, "\napplication  %s %q\nkey          %s\n", a.ClientID, a.Label, a.Key.ID)
		if a.Connection != "" {
			_, _ = fmt.Fprintf(w, "             sealed in the connection %q\n", a.Name)
		}
		if a.KeyFile != "" {
			_, _ = fmt.Fprintf(w, "             in the file %s\n", a.KeyFile)
		}
		if a.Bound {
			_, _ = fmt.Fprintln(w, "tokens       bound to a key (DPoP)")
		}
		for _, r := range a.Refused {
			_, _ = fmt.Fprintf(w, "not given    %s: %s\n", r.Name, r.Said)
		}
		for _, n := range a.Notes {
			_, _ = fmt.Fprintf(w, "note         %s\n", n)
		}
		if !a.Response {
			_, _ = fmt.Fprintln(w)
			if err := printVisible(w, a.Coverage); err != nil {
				return err
			}
		}
		if f.printKey {
			text, err := a.Key.PEM()
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintf(w, "\n%s", text.Reveal())
		}
	}
	if ended {
		_, _ = fmt.Fprintln(w, "\nThe temporary token is ended.")
		return nil
	}
	_, _ = fmt.Fprintf(w, "\nThe temporary token of %s still works, and is needed no more: end it in the Admin Console under Security > API > Tokens, or let --revoke-token do that the next time.\n", ready.Tenant.Login)
	return nil
}

// setUpJSON is what okta setup writes with --json.
type setUpJSON struct {
	Domain  string         `json:"domain"`
	Tenant  string         `json:"tenant_id"`
	Apps    []setUpAppJSON `json:"applications"`
	Revoked bool           `json:"token_revoked"`
}

type setUpAppJSON struct {
	ID         string            `json:"application_id"`
	Label      string            `json:"label"`
	Response   bool              `json:"response"`
	KeyID      string            `json:"key_id"`
	KeyFile    string            `json:"key_file,omitempty"`
	PrivateKey string            `json:"private_key,omitempty"`
	Connection string            `json:"connection_id,omitempty"`
	Name       string            `json:"connection,omitempty"`
	DPoP       bool              `json:"dpop"`
	Granted    []string          `json:"granted"`
	Refused    []onboard.Refused `json:"refused,omitempty"`
	Notes      []string          `json:"notes,omitempty"`
	Coverage   []okta.Coverage   `json:"coverage"`
}

func (f *setupFlags) reportJSON(w io.Writer, ready app.OktaReady, ended bool) error {
	out := setUpJSON{Domain: ready.Domain, Tenant: ready.Tenant.ID, Revoked: ended}
	for _, a := range ready.Apps {
		one := setUpAppJSON{
			ID: a.ClientID, Label: a.Label, Response: a.Response, KeyID: a.Key.ID, KeyFile: a.KeyFile, Connection: a.Connection, Name: a.Name,
			DPoP: a.Bound, Granted: a.Granted, Refused: a.Refused, Notes: a.Notes, Coverage: a.Coverage,
		}
		if f.printKey {
			text, err := a.Key.PEM()
			if err != nil {
				return err
			}
			one.PrivateKey = text.Reveal()
		}
		out.Apps = append(out.Apps, one)
	}
	return writeJSON(w, out)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// printVisible writes what a credential sees, a line an area.
func printVisible(w io.Writer, all []okta.Coverage) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	count := map[okta.Visible]int{}
	for _, c := range all {
		count[c.Visible]++
		said := c.Said
		if c.Visible == okta.Full && !strings.Contains(said, "none") {
			said = ""
		}
		if c.Missing != "" && !strings.Contains(said, c.Missing) {
			said += " The scope " + c.Missing + " is missing."
		}
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\n", visibleWord(c.Visible), c.Title, said)
	}
	err := out.Flush()
	_, _ = fmt.Fprintf(w, "\nOf %d areas %d are seen, %d in part; %d are denied, %d the org does not have, of %d it cannot be told.\n",
		len(all), count[okta.Full], count[okta.Partial], count[okta.Denied], count[okta.Absent], count[okta.Unknown])
	return err
}

func visibleWord(v okta.Visible) string {
	if v == okta.Unknown {
		return "cannot tell"
	}
	return string(v)
}

// seesPeople fails where a credential does not see people: then it sees nothing.
func seesPeople(all []okta.Coverage) error {
	for _, c := range all {
		if c.ID == "users" && c.Visible != okta.Full {
			return errors.New("people are not seen: " + c.Said)
		}
	}
	return nil
}
