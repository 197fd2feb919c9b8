package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/timeline"
)

// runOktaTimeline says what happened around a person.
func runOktaTimeline(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	tenant := flags.String("tenant", "", "`domain`, name or id of the Okta org; the only one by default")
	only := flags.String("kind", "", "`kinds` of lines, separated by commas: "+strings.Join(kindWords(), ", ")+"; all by default")
	limit := flags.Int("limit", 50, "the most lines to show")
	asJSON := flags.Bool("json", false, "write them as JSON")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 || *limit < 1 {
		return usage("name one person by login or id, and a limit above 0")
	}
	kinds, err := kindsOf(*only)
	if err != nil {
		return err
	}
	return conf.ofOrganization(ctx, std, *org, func(core *app.Core, _ *portal.Portal, o portal.Organization) error {
		t, err := core.OktaTenant(ctx, o.ID, *tenant)
		if err != nil && (*tenant != "" || errs.KindOf(err) != errs.NotFound) { // with none read, events tell
			return err
		}
		lines, known, err := core.Timeline(ctx, o, t.ID, flags.Arg(0), kinds, *limit)
		if err != nil {
			return err
		}
		if *asJSON {
			return writeJSON(std.out, lines)
		}
		if !known {
			_, _ = fmt.Fprintf(std.err, "The inventory knows nobody called %s; this is what events, alerts, runs and responses tell.\n", flags.Arg(0))
		}
		return printTimeline(std.out, lines)
	})
}

func kindWords() []string {
	var out []string
	for _, k := range timeline.Kinds() {
		out = append(out, string(k))
	}
	return out
}

func kindsOf(text string) ([]timeline.Kind, error) {
	var out []timeline.Kind
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		if !slices.Contains(timeline.Kinds(), timeline.Kind(word)) {
			return nil, usage("%q is no kind of line: there are %s", word, strings.Join(kindWords(), ", "))
		}
		out = append(out, timeline.Kind(word))
	}
	return out, nil
}

func printTimeline(w io.Writer, lines []app.TimelineLine) error {
	if len(lines) == 0 {
		_, err := fmt.Fprintln(w, "Nothing is known to have happened.")
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, l := range lines {
		what, more := lineWords(l)
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", l.At.Local().Format(time.DateTime), l.Kind, what, more)
	}
	return out.Flush()
}

// lineWords is what a line tells, and what else there is to know of it.
func lineWords(l app.TimelineLine) (what, more string) {
	switch {
	case l.SignIn != nil && l.Event != nil && l.Kind == timeline.SignIn:
		s := l.SignIn
		parts := []string{s.City, s.Country, s.IP, s.AS, cmp.Or(s.Device.OS, s.Device.Name), s.Device.Browser, strings.Join(s.Factors, "+")}
		for _, t := range s.New {
			parts = append(parts, "new "+string(t))
		}
		what, app := l.Event.Message, ""
		if s.App != nil {
			app = " (" + s.App.Name + ")"
		}
		if l.Event.Outcome != "" && l.Event.Outcome != "SUCCESS" {
			app += ", " + strings.ToLower(l.Event.Outcome)
		}
		return what + app, joined(parts)
	case l.Event != nil:
		return cmp.Or(l.Event.Message, l.Event.Type), joined([]string{"by " + cmp.Or(l.Event.Actor.Login, l.Event.Actor.Name, l.Event.Actor.ID), strings.ToLower(l.Event.Outcome)})
	case l.Recorded != nil:
		r := l.Recorded
		names := make([]string, 0, len(r.Others))
		for _, o := range r.Others {
			names = append(names, cmp.Or(o.Name, o.ID))
		}
		by := ""
		if r.Cause != nil {
			by = "by " + r.Cause.Actor
		}
		return strings.TrimSpace(r.Change + " " + string(r.Relation)), joined(append(append(names, r.Fields...), by))
	case l.Alert != nil:
		return l.Alert.Title, joined([]string{string(l.Alert.Severity), string(l.Alert.State)})
	case l.Run != nil:
		return l.Run.Flow.Name, string(l.Run.State)
	case l.Action != nil:
		return l.Action.Title, joined([]string{string(l.Action.State), "for " + l.Action.Actor.Name})
	case l.Plan != nil:
		return l.Plan.Title, joined([]string{string(l.Plan.State), "by " + l.Plan.Actor.Name})
	}
	return "", ""
}

func joined(parts []string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return strings.TrimSpace(p) == "" }), ", ")
}
