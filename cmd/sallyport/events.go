package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/auth0"
	"sallyport/internal/source"
)

// maxBadShown is how many unreadable events are told of one by one.
const maxBadShown = 20

// importResult is what an import did, for machines.
type importResult struct {
	Read int `json:"read"`
	New  int `json:"new"`
	Runs int `json:"runs"`
	Bad  int `json:"bad"`
}

// runEventsImport reads exports of events into an organization.
func runEventsImport(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	org := flags.String("org", app.DefaultOrganization, "`slug` of the organization that the events are of")
	act := flags.Bool("act", false, "start flows for these events, as if they had just happened; without it they are kept for the record")
	asJSON := flags.Bool("json", false, "write the result as one line of JSON")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return usage("name the files to read, or - for standard input")
	}
	core, err := conf.core(ctx, std)
	if err != nil {
		return err
	}
	total, err := importFiles(ctx, core, *org, *act, flags.Args(), std)
	err = errors.Join(err, core.Close())
	if *asJSON {
		return errors.Join(json.NewEncoder(std.out).Encode(importResult(total)), err)
	}
	_, _ = fmt.Fprintf(std.out, "%d events read, %d of them new, %d runs started, %d passed over\n", total.Read, total.New, total.Runs, total.Bad)
	return err
}

func importFiles(ctx context.Context, core *app.Core, slug string, act bool, files []string, std streams) (source.Imported, error) {
	var total source.Imported
	org, src, err := core.ImportSource(ctx, slug)
	if err != nil {
		return total, err
	}
	shown, began, before := 0, time.Now(), source.Imported{}
	for _, file := range files {
		in, err := openInput(file)
		if err != nil {
			return total, err
		}
		im := source.Importer{
			Sink: core.Pipeline, Org: org, Source: src, Parse: auth0.ParseEither(), Act: act,
			Bad: func(err error) {
				if shown++; shown <= maxBadShown {
					_, _ = fmt.Fprintf(std.err, "%s: %v\n", file, err)
				}
			},
			Progress: func(p source.Imported) { progress(std.err, before.Read+p.Read, began) },
		}
		done, err := im.Import(ctx, in)
		total = source.Imported{Read: total.Read + done.Read, New: total.New + done.New, Runs: total.Runs + done.Runs, Bad: total.Bad + done.Bad}
		before = total
		if err := errors.Join(err, in.Close()); err != nil {
			return total, fmt.Errorf("%s: %w", file, err)
		}
	}
	endProgress(std.err)
	return total, nil
}

func openInput(file string) (io.ReadCloser, error) {
	if file == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	return os.Open(file)
}

// progress tells a person at a terminal how far an import has come.
func progress(w io.Writer, n int, began time.Time) {
	if terminal(w) {
		_, _ = fmt.Fprintf(w, "\r%d events, %.0f/s ", n, float64(n)/time.Since(began).Seconds())
	}
}

func endProgress(w io.Writer) {
	if terminal(w) {
		_, _ = fmt.Fprintln(w)
	}
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
