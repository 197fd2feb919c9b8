package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// described is a command with its flags.
type described struct {
	command

	flags []*flag.Flag
}

// describeAll lists every command with its flags. A command says its flags when it is
// asked for help, before it does anything.
func describeAll(ctx context.Context) []described {
	var out []described
	for _, c := range commands() {
		quiet := streams{io.Discard, io.Discard}
		flags := flagSet(c, quiet)
		_ = c.run(ctx, flags, []string{"-h"}, quiet) // it is flag.ErrHelp
		d := described{command: c}
		flags.VisitAll(func(f *flag.Flag) { d.flags = append(d.flags, f) })
		out = append(out, d)
	}
	return out
}

// runMan writes the manual page.
func runMan(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	markdown := flags.Bool("markdown", false, "write Markdown, for the site of the documentation")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *markdown {
		_, err := io.WriteString(std.out, markdownManual(describeAll(ctx)))
		return err
	}
	var b strings.Builder
	b.WriteString(".TH SALLYPORT 1 \"\" \"Sallyport\" \"User Commands\"\n.SH NAME\nsallyport \\- identity security operations for Okta\n.SH SYNOPSIS\n.B sallyport\n.I COMMAND\n[flags]\n" +
		".SH DESCRIPTION\nSallyport stands at an organization's Okta gate: it reads the System Log, raises alerts, and answers them by flows.\n.SH COMMANDS\n")
	for _, d := range describeAll(ctx) {
		fmt.Fprintf(&b, ".SS \"sallyport %s\"\n.B sallyport %s\n[flags] %s\n.PP\n%s.\n", roff(d.name), roff(d.name), roff(d.args), roff(sentence(d.short)))
		for _, f := range d.flags {
			kind, text := flag.UnquoteUsage(f)
			fmt.Fprintf(&b, ".TP\n.B \\-\\-%s %s\n%s\n", roff(f.Name), roff(kind), roff(withDefault(f, text)))
		}
	}
	b.WriteString(".SH ENVIRONMENT\n")
	for _, o := range configOptions() {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(o.Variable), roff(o.describe()))
	}
	b.WriteString(".SH EXIT STATUS\n0 where it went well, 1 where it was tried and went wrong, 2 where it was not understood and nothing was tried.\n")
	_, err := io.WriteString(std.out, b.String())
	return err
}

// markdownManual is the manual as a page of the documentation.
func markdownManual(all []described) string {
	plain := strings.NewReplacer("|", `\|`, "<", "&lt;", "\n", " ")
	var b strings.Builder
	b.WriteString("# Commands\n\nMade from the commands themselves. `sallyport help COMMAND` says the same, and `sallyport completion bash|zsh|fish` writes what a shell completes them by.\n")
	for _, d := range all {
		fmt.Fprintf(&b, "\n## sallyport %s\n\n    %s\n\n%s.\n", d.name, strings.TrimSpace("sallyport "+d.name+" [flags] "+d.args), plain.Replace(sentence(d.short)))
		if len(d.flags) == 0 {
			continue
		}
		b.WriteString("\n| Flag | |\n|---|---|\n")
		for _, f := range d.flags {
			kind, text := flag.UnquoteUsage(f)
			fmt.Fprintf(&b, "| `%s` | %s |\n", strings.TrimSpace("--"+f.Name+" "+kind), plain.Replace(withDefault(f, text)))
		}
	}
	return b.String()
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func withDefault(f *flag.Flag, text string) string {
	if f.DefValue == "" || f.DefValue == "false" || f.DefValue == "0" || f.DefValue == "0s" || f.Name == "config" { // which would be this machine's
		return text
	}
	return text + " (default " + f.DefValue + ")"
}

// roff is a text as a manual page has it.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return strings.ReplaceAll(s, "\n", " ")
}

// runCompletion writes what a shell completes commands and flags by.
func runCompletion(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	write, ok := map[string]func([]described) string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[flags.Arg(0)]
	if !ok || flags.NArg() != 1 {
		return usage("name a shell: bash, zsh or fish")
	}
	_, err := io.WriteString(std.out, write(describeAll(ctx)))
	return err
}

// words returns what may follow some words of a command's name, each once.
func words(all []described, after string) []string {
	var out []string
	for _, d := range all {
		rest, ok := strings.CutPrefix(d.name, after)
		if !ok || rest == "" {
			continue
		}
		if word, _, _ := strings.Cut(rest, " "); !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// beginnings are the words, "" among them, that names of commands begin with and go on
// after.
func beginnings(all []described) []string {
	out := []string{""}
	for _, d := range all {
		parts := strings.Split(d.name, " ")
		for i := range parts[:len(parts)-1] {
			if b := strings.Join(parts[:i+1], " ") + " "; !slices.Contains(out, b) {
				out = append(out, b)
			}
		}
	}
	return out
}

func flagNames(d described) string {
	var names []string
	for _, f := range d.flags {
		names = append(names, "--"+f.Name)
	}
	return strings.Join(names, " ")
}

func bashCompletion(all []described) string {
	var b strings.Builder
	b.WriteString("# Completion of sallyport for bash: source it, or put it into bash-completion's folder.\n_sallyport() {\n  local cur=${COMP_WORDS[COMP_CWORD]} name= i\n" +
		"  for ((i = 1; i < COMP_CWORD; i++)); do [[ ${COMP_WORDS[i]} == -* ]] || name+=\"${COMP_WORDS[i]} \"; done\n  case \"$name\" in\n")
	for _, at := range beginnings(all) {
		fmt.Fprintf(&b, "    %q) COMPREPLY=($(compgen -W %q -- \"$cur\")) ;;\n", at, strings.Join(words(all, at), " "))
	}
	for _, d := range all {
		fmt.Fprintf(&b, "    %q*) if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W %q -- \"$cur\")); else COMPREPLY=($(compgen -f -- \"$cur\")); fi ;;\n", d.name+" ", flagNames(d))
	}
	b.WriteString("  esac\n}\ncomplete -o filenames -F _sallyport sallyport\n")
	return b.String()
}

func zshCompletion(all []described) string {
	var b strings.Builder
	b.WriteString("#compdef sallyport\n# Completion of sallyport for zsh: put it as _sallyport into a folder of $fpath.\n_sallyport() {\n  local name= w\n" +
		"  for w in ${words[2,CURRENT-1]}; do [[ $w == -* ]] || name+=\"$w \"; done\n  case \"$name\" in\n")
	for _, at := range beginnings(all) {
		fmt.Fprintf(&b, "    %q) compadd -- %s ;;\n", at, strings.Join(words(all, at), " "))
	}
	for _, d := range all {
		fmt.Fprintf(&b, "    %q*) if [[ $PREFIX == -* ]]; then compadd -- %s; else _files; fi ;;\n", d.name+" ", flagNames(d))
	}
	b.WriteString("  esac\n}\n_sallyport \"$@\"\n")
	return b.String()
}

func fishCompletion(all []described) string {
	quote := func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'" }
	var b strings.Builder
	b.WriteString("# Completion of sallyport for fish: put it into ~/.config/fish/completions/sallyport.fish.\nfunction __sallyport_at\n" +
		"  set -l said\n  for w in (commandline -opc)[2..]\n    string match -q -- '-*' $w; or set -a said $w\n  end\n  test \"$said\" = \"$argv[1]\"\nend\n" +
		"function __sallyport_in\n  set -l said\n  for w in (commandline -opc)[2..]\n    string match -q -- '-*' $w; or set -a said $w\n  end\n  string match -q -- \"$argv[1]*\" \"$said\"\nend\n")
	for _, at := range beginnings(all) {
		for _, w := range words(all, at) {
			fmt.Fprintf(&b, "complete -c sallyport -f -n %s -a %s\n", quote("__sallyport_at "+quote(strings.TrimSpace(at))), w)
		}
	}
	for _, d := range all {
		for _, f := range d.flags {
			_, text := flag.UnquoteUsage(f)
			fmt.Fprintf(&b, "complete -c sallyport -n %s -l %s -d %s\n", quote("__sallyport_in "+quote(d.name)), f.Name, quote(text))
		}
	}
	return b.String()
}
