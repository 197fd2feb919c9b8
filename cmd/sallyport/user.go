package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"sallyport/internal/app"
	"sallyport/internal/portal"
)

// runUserAdd adds a person with a password to an organization. The password is
// asked for on a terminal, or read from a file or from standard input; never from
// an argument, which other people on the machine can see.
func runUserAdd(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	email := flags.String("email", "", "e-mail `address`, by which the person signs in")
	name := flags.String("name", "", "`name` of the person; by default what stands before the @ of the address")
	role := flags.String("role", string(portal.Viewer), "`role`: "+roleNames())
	file := flags.String("password-file", "-", "`file` whose first line is the password; - is standard input, which is asked where it is a terminal")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *email == "" {
		return usage("--email is missing")
	}
	if *name == "" {
		*name, _, _ = strings.Cut(*email, "@")
	}
	password, err := readPassword(*file, *email, std)
	if err != nil {
		return err
	}
	core, err := conf.core(ctx, std)
	if err != nil {
		return err
	}
	p := core.Portal()
	o, err := core.Organization(ctx, p, *org)
	if err == nil {
		_, err = p.AddMember(ctx, o.ID, portal.NewAccount{Email: *email, Name: *name, Password: password}, portal.Role(*role))
	}
	if err := errors.Join(err, core.Close()); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(std.out, "%s is %s of %s\n", *email, *role, o.Name)
	return nil
}

func roleNames() string {
	var names []string
	for _, r := range portal.Roles() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// readPassword asks whoever sits at the terminal, twice and without showing what
// is typed; it reads the first line of a file, or of what standard input is
// otherwise.
func readPassword(file, email string, std streams) (string, error) {
	in := int(os.Stdin.Fd())
	if file != "-" || !term.IsTerminal(in) {
		return firstLine(file)
	}
	ask := func(prompt string) (string, error) {
		_, _ = fmt.Fprint(std.err, prompt)
		text, err := term.ReadPassword(in)
		_, _ = fmt.Fprintln(std.err)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return string(text), nil
	}
	first, err := ask(fmt.Sprintf("Password for %s, at least %d characters (not shown): ", email, portal.MinPassword))
	if err != nil {
		return "", err
	}
	second, err := ask("The same again: ")
	if err == nil && first != second {
		err = errors.New("the two passwords are not the same; nobody was added")
	}
	return first, err
}

func firstLine(file string) (string, error) {
	var in io.Reader = os.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
