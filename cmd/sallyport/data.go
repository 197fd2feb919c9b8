package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"sallyport/internal/store"
)

// runMigrate brings the schema up to date; so does every start of the server.
func runMigrate(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	base, err := conf.base(ctx, std)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(std.out, "the %s database is up to date\n", base.DB.Dialect())
	return base.Close()
}

// runBackup writes a backup, beside its place first, so that a backup that
// fails does not replace one that is whole.
func runBackup(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	every := flags.Duration("every", 0, "go on until stopped, and copy what has changed this `often` to a folder, from which each moment since can be restored")
	keep := flags.Duration("keep", 7*24*time.Hour, "with --every, `how long` moments stay to be had")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	switch {
	case flags.NArg() != 1:
		return usage("name the file to write, or - for standard output; with --every, a folder")
	case *every < 0 || *every > 0 && *every < time.Second || *keep < time.Minute:
		return usage("--every is at least 1s, and --keep at least 1m")
	case *every > 0:
		return runArchive(ctx, &conf, flags.Arg(0), *every, *keep, std)
	}
	base, err := conf.base(ctx, std)
	if err != nil {
		return err
	}
	rows, err := backup(ctx, base.DB, flags.Arg(0), std)
	if err == nil {
		err = base.NoteBackup(byHand(ctx), "file", rows)
	}
	if err := errors.Join(err, base.Close()); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(std.err, "%d rows written. The key is not in the backup: keep %s as well, apart from it\n", rows, base.Config.Key())
	return nil
}

func backup(ctx context.Context, db *store.DB, file string, std streams) (int64, error) {
	if file == "-" {
		return db.Backup(ctx, std.out)
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".sallyport-backup-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	rows, err := db.Backup(ctx, tmp)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return rows, err
	}
	return rows, os.Rename(tmp.Name(), file)
}

// runRestore fills an empty database.
func runRestore(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	at := flags.String("at", "", "`moment` to restore of an archive, as 2026-11-21T15:04:05Z; the last one by default")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return usage("name the backup, or - for standard input")
	}
	if info, err := os.Stat(flags.Arg(0)); err == nil && info.IsDir() {
		return restoreArchive(ctx, &conf, flags.Arg(0), *at, std)
	}
	if *at != "" {
		return usage("--at is of an archive, a folder that backup --every fills")
	}
	in, err := openInput(flags.Arg(0))
	if err != nil {
		return err
	}
	base, err := conf.base(ctx, std)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	rows, err := base.DB.Restore(ctx, in)
	if err := errors.Join(err, in.Close(), base.Close()); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(std.out, "%d rows restored\n", rows)
	return nil
}

// runConfig prints the configuration in force.
func runConfig(_ context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	list := flags.Bool("list", false, "list every option with its variable, default and meaning")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *list {
		return listOptions(std.out)
	}
	c, err := conf.load()
	if err != nil {
		return err
	}
	return c.Print(std.out)
}

// runSecretRotate makes a new key and seals everything with it.
func runSecretRotate(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	core, err := conf.core(ctx, std)
	if err != nil {
		return err
	}
	n, err := core.RotateSecrets(ctx)
	if err := errors.Join(err, core.Close()); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(std.out, "%d secrets are sealed with a new key. Older backups need the key file as it is now, which keeps the old keys\n", n)
	return nil
}

func listOptions(w io.Writer) error {
	for _, o := range configOptions() {
		if _, err := fmt.Fprintf(w, "%-18s %-30s %s\n", o.Name, o.Variable, o.describe()); err != nil {
			return err
		}
	}
	return nil
}
