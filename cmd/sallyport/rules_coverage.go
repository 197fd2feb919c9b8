package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"sallyport/internal/rule"
	"sallyport/sandbox/scenario"
)

// runRulesCoverage shows what of ATT&CK the rules cover: those that are built in,
// and those of the folders that are named.
func runRulesCoverage(_ context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var p packs
	p.flags(flags)
	all := flags.Bool("all", false, "count rules that are off by default, too")
	asJSON := flags.Bool("json", false, "write JSON")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	sources, err := p.sources()
	if err != nil {
		return err
	}
	if p.dirs = flags.Args(); len(p.dirs) > 0 {
		more, err := p.sources()
		if err != nil {
			return err
		}
		sources = append(sources, more...)
	}
	shelf, _, err := rule.Load(sources...)
	if err != nil {
		return err
	}
	attack, err := rule.LoadAttack()
	if err != nil {
		return err
	}
	rules := slices.DeleteFunc(shelf.All(), func(r *rule.Rule) bool { return !r.Enabled && !*all })
	c := attack.Cover(rules, rehearsals())
	if *asJSON {
		return json.NewEncoder(std.out).Encode(c)
	}
	return printCoverage(std.out, c)
}

// rehearsals lists the rules that each scenario of the sandbox should make fire.
func rehearsals() map[string][]string {
	out := map[string][]string{}
	for _, s := range scenario.All() {
		out[s.Name] = s.Rules
	}
	return out
}

func printCoverage(w io.Writer, c rule.Coverage) error {
	for _, tactic := range c.Tactics {
		_, _ = fmt.Fprintf(w, "%s\n", tactic.Name)
		if len(tactic.Techniques) == 0 {
			_, _ = fmt.Fprintln(w, "  nothing that an identity provider sees")
		}
		for _, t := range tactic.Techniques {
			_, _ = fmt.Fprintf(w, "  %-10s %-72s %s%s\n", t.ID, t.Name, amount(len(t.Rules)), rehearsed(t.Scenarios))
		}
	}
	_, err := fmt.Fprintf(w, "%d rules cover %d of %d techniques, of which %d are rehearsed\n", c.Rules, c.Covered, c.Known, c.Rehearsed)
	for _, unknown := range c.Unknown {
		_, _ = fmt.Fprintf(w, "no such rule: %s\n", unknown)
	}
	return err
}

func amount(n int) string {
	switch n {
	case 0:
		return "-"
	case 1:
		return "1 rule"
	}
	return fmt.Sprintf("%d rules", n)
}

func rehearsed(scenarios []string) string {
	if len(scenarios) == 0 {
		return ""
	}
	return ", rehearsed by " + strings.Join(scenarios, ", ")
}
