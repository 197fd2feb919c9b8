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
	"text/tabwriter"

	"golang.org/x/term"

	"sallyport/internal/app"
	"sallyport/internal/audit"
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
	role := flags.String("role", portal.Auditor, rolesHelp())
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
	return conf.inOrganization(ctx, std, *org, func(people *portal.People, o portal.Organization) error {
		ids, is, err := rolesOf(ctx, people, o, *role)
		if err != nil {
			return err
		}
		if _, err = people.Add(byHand(ctx), o.ID, portal.NewAccount{Email: *email, Name: *name, Password: password}, ids...); err == nil {
			_, _ = fmt.Fprintf(std.out, "%s is %s of %s\n", *email, is, o.Name)
		}
		return err
	})
}

// byHand is the context of what somebody does on the machine, for the audit log.
func byHand(ctx context.Context) context.Context {
	ctx, _ = audit.By(ctx, audit.Actor{ID: "command line", Name: os.Getenv("USER")})
	return ctx
}

// inOrganization calls fn with the organization of a slug and the people in it.
func (c *configFlag) inOrganization(ctx context.Context, std streams, slug string, fn func(*portal.People, portal.Organization) error) error {
	base, err := c.base(ctx, std)
	if err != nil {
		return err
	}
	p := base.Portal()
	o, err := base.Organization(ctx, p, slug)
	if err == nil {
		err = fn(p.People, o)
	}
	return errors.Join(err, base.Close())
}

// runUserList lists the people of an organization: address, roles, whether they
// may sign in, name.
func runUserList(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	if err := parse(flags, args); err != nil {
		return err
	}
	return conf.inOrganization(ctx, std, *org, func(people *portal.People, o portal.Organization) error {
		ms, err := people.List(ctx, o.ID, portal.MemberQuery{})
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
		for _, m := range ms {
			state := "enabled"
			if !m.DisabledAt.IsZero() {
				state = "disabled"
			}
			_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", m.Email, portal.Caller{Roles: portal.Held(m.Roles)}.RoleNames(), state, m.Name)
		}
		return out.Flush()
	})
}

// runUserRole changes what somebody may do.
func runUserRole(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	role := flags.String("role", "", rolesHelp())
	return changeUser(ctx, flags, args, std, func(people *portal.People, o portal.Organization) (portal.MemberChange, string, error) {
		if *role == "" {
			return portal.MemberChange{}, "", usage("--role is missing")
		}
		ids, is, err := rolesOf(ctx, people, o, *role)
		return portal.MemberChange{Roles: ids}, is, err
	})
}

// runUserDisable keeps somebody from signing in, and ends their sessions.
func runUserDisable(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	return changeUser(ctx, flags, args, std, func(*portal.People, portal.Organization) (portal.MemberChange, string, error) {
		return portal.MemberChange{Disabled: new(true)}, "disabled", nil
	})
}

// runUserEnable lets somebody sign in again.
func runUserEnable(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	return changeUser(ctx, flags, args, std, func(*portal.People, portal.Organization) (portal.MemberChange, string, error) {
		return portal.MemberChange{Disabled: new(false)}, "enabled", nil
	})
}

// changeUser changes the member whose address the flags name; change says how,
// and in a word what they are then, once the flags have been read.
func changeUser(ctx context.Context, flags *flag.FlagSet, args []string, std streams, change func(*portal.People, portal.Organization) (portal.MemberChange, string, error)) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization")
	email := flags.String("email", "", "e-mail `address` of the person")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *email == "" {
		return usage("--email is missing")
	}
	return conf.inOrganization(ctx, std, *org, func(people *portal.People, o portal.Organization) error {
		c, is, err := change(people, o)
		if err != nil {
			return err
		}
		m, err := people.Find(ctx, o.ID, *email)
		if err != nil {
			return err
		}
		if err := people.Set(byHand(ctx), o.ID, m.ID, c); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(std.out, "%s is %s in %s\n", m.Email, is, o.Name)
		return nil
	})
}

func rolesHelp() string {
	var names []string
	for _, r := range portal.Builtins() {
		names = append(names, r.ID)
	}
	return "`roles`, separated by commas: " + strings.Join(names, ", ") + ", or the names of the organization's own"
}

// rolesOf returns the ids of the roles in a list, and how they are called.
func rolesOf(ctx context.Context, people *portal.People, o portal.Organization, list string) (ids []string, called string, err error) {
	var names []string
	for which := range strings.SplitSeq(list, ",") {
		r, err := people.Role(ctx, o.ID, strings.TrimSpace(which))
		if err != nil {
			return nil, "", err
		}
		ids, names = append(ids, r.ID), append(names, r.Name)
	}
	return ids, strings.Join(names, ", "), nil
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
