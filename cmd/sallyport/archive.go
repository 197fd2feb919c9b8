package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sallyport/internal/app"
	"sallyport/internal/store"
)

// fullEvery is how often an archive is told of in the audit log, by which the doctor
// knows that somebody makes backups.
const fullEvery = 12 * time.Hour

// runArchive copies what has changed to a folder, again and again until it is stopped.
// Of SQLite that is what was added to its log; of PostgreSQL, which has an archive of
// its own for moments, it is a whole backup each time.
func runArchive(ctx context.Context, conf *configFlag, dir string, every, keep time.Duration, std streams) error {
	base, err := conf.base(ctx, std)
	if err != nil {
		return err
	}
	if base.DB.Dialect() != "sqlite" {
		return errors.Join(archiveWhole(ctx, base, dir, every, keep, std), base.Close())
	}
	// Nothing of ours but the archive itself may keep the database open: a
	// restart of the server is to find it as if it were alone.
	a := &store.Archive{Path: base.Config.DSN(), Dir: dir, Keep: keep, Now: base.Now}
	if err := a.Open(ctx); err != nil {
		return errors.Join(err, base.Close())
	}
	_, _ = fmt.Fprintf(std.err, "archiving to %s every %s. The key is not in the archive: keep %s as well, apart from it\n", dir, every, base.Config.Key())
	var told time.Time
	err = repeat(ctx, every, func() error {
		if base.Now().Sub(told) > fullEvery {
			told = base.Now()
			if err := base.NoteBackup(byHand(ctx), "archive", 0); err != nil {
				return err
			}
		}
		_, err := a.Step(ctx)
		return err
	})
	return errors.Join(err, a.Close(), base.Close())
}

// repeat does something at once, then again and again, and a last time when it is told
// to stop.
func repeat(ctx context.Context, every time.Duration, do func() error) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := do(); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			if err := do(); err != nil && !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		case <-tick.C:
		}
	}
}

// archiveWhole writes whole backups, named by their time.
func archiveWhole(ctx context.Context, base *app.Base, dir string, every, keep time.Duration, std streams) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return repeat(ctx, every, func() error {
		name := filepath.Join(dir, "sallyport-"+base.Now().UTC().Format("20060102T150405Z")+".backup")
		rows, err := backup(ctx, base.DB, name, std)
		if err != nil {
			return err
		}
		old, err := filepath.Glob(filepath.Join(dir, "sallyport-*.backup"))
		if err != nil {
			return err
		}
		limit := filepath.Join(dir, "sallyport-"+base.Now().Add(-keep).UTC().Format("20060102T150405Z")+".backup")
		for _, o := range old {
			if o < limit {
				err = errors.Join(err, os.Remove(o))
			}
		}
		return errors.Join(err, base.NoteBackup(byHand(ctx), "archive", rows))
	})
}

// restoreArchive makes the configured SQLite database as it was at a moment.
func restoreArchive(ctx context.Context, conf *configFlag, dir, at string, std streams) error {
	c, err := conf.load()
	if err != nil {
		return err
	}
	if store.IsPostgres(c.DSN()) {
		return usage("an archive of moments is of SQLite: set database to the path of the file to make")
	}
	until := time.Now()
	if at != "" {
		if until, err = time.Parse(time.RFC3339, at); err != nil {
			return usage("--at %q is no moment: write it as 2026-11-21T15:04:05Z", at)
		}
	}
	if err := os.MkdirAll(filepath.Dir(c.DSN()), 0o700); err != nil {
		return err
	}
	got, err := store.RestoreArchive(ctx, dir, c.DSN(), until)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(std.out, "%s is as it was at %s\n", c.DSN(), got.UTC().Format(time.RFC3339Nano))
	return nil
}
