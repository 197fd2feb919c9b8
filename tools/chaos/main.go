// Command chaos lets faults happen to servers at work and says whether any promise
// was broken.
//
//	go run ./tools/chaos -bin .bin/sallyport-chaos [scenario ...]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"sallyport/tools/chaos/harness"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var o harness.Options
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.StringVar(&o.Bin, "bin", ".bin/sallyport-chaos", "`program` to harm")
	flags.Uint64Var(&o.Seed, "seed", 1, "`number` that decides who reports and when what fails")
	flags.Float64Var(&o.Rate, "rate", 4, "people a second who report suspicious activity")
	flags.DurationVar(&o.Calm, "calm", 3*time.Second, "how long nothing fails before and after the faults")
	most := flags.Duration("most", 15*time.Minute, "how `long` all may take")
	to := flags.String("out", "", "`folder` for report.md, report.json and the logs of what broke")
	list := flags.Bool("list", false, "list the scenarios")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *list {
		for _, s := range harness.Scenarios() {
			_, _ = fmt.Fprintf(out, "%-18s %s\n", s.Name, s.Title)
		}
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, *most)
	defer cancel()
	o.Out, o.Keep, o.Log = out, *to, slog.New(slog.NewTextHandler(os.Stderr, nil))
	all, err := harness.Run(ctx, o, flags.Args()...)
	if err == nil && len(all) == 0 {
		err = errors.New("there is no such scenario; -list lists them")
	}
	if *to != "" && len(all) > 0 {
		err = errors.Join(err, write(*to, all))
	}
	for _, got := range all {
		if !got.Kept() {
			err = errors.Join(err, fmt.Errorf("%s: promises were broken, or it could not be judged", got.Scenario))
		}
	}
	return err
}

func write(to string, all []harness.Outcome) error {
	if err := os.MkdirAll(to, 0o750); err != nil {
		return err
	}
	machine, err := harness.JSON(all)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(filepath.Join(to, "report.json"), machine, 0o600), os.WriteFile(filepath.Join(to, "report.md"), []byte(harness.Markdown(all)), 0o600))
}
