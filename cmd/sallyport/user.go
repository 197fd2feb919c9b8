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

	"sallyport/internal/app"
	"sallyport/internal/portal"
)

// runUserAdd adds a person with a password to an organization. The password is
// read from a file or from standard input, never from an argument, which other
// people on the machine can see.
func runUserAdd(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	email := flags.String("email", "", "e-mail `address`, by which the person signs in")
	name := flags.String("name", "", "`name` of the person")
	role := flags.String("role", string(portal.Viewer), "`role`: "+roleNames())
	file := flags.String("password-file", "-", "`file` whose first line is the password; - is standard input")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *email == "" {
		return usage("--email is missing")
	}
	if *name == "" {
		return usage("--name is missing")
	}
	password, err := firstLine(*file)
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
