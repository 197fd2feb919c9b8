package main

import (
	"context"
	"errors"
	"flag"

	"sallyport/internal/app"
	"sallyport/internal/doctor"
)

// runDoctor looks at everything and says what to do.
func runDoctor(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	asJSON := flags.Bool("json", false, "write JSON")
	offline := flags.Bool("offline", false, "ask nobody outside: neither Okta, nor connected services, nor the mail server")
	if err := parse(flags, args); err != nil {
		return err
	}
	var report doctor.Report
	if o, err := conf.options(std); err != nil {
		report = doctor.Refused(err)
	} else {
		report = app.Examine(ctx, o, !*offline)
	}
	write := func() error { return report.Print(std.out) }
	if *asJSON {
		write = func() error { return writeJSON(std.out, report) }
	}
	if err := write(); err != nil {
		return err
	}
	if report.Worst() == doctor.Fail {
		return errors.New("something is wrong")
	}
	return nil
}
