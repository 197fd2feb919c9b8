package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
)

// runAuditVerify holds the audit log of every organization against its chain.
func runAuditVerify(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var conf configFlag
	conf.on(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	base, err := conf.base(ctx, std)
	if err != nil {
		return err
	}
	faults := 0
	err = base.VerifyAudit(ctx, func(slug string, r audit.Report) {
		if r.Fault != nil {
			faults++
			_, _ = fmt.Fprintf(std.out, "%s: %s: %s\n", slug, r.Fault.Kind, r.Fault.Text)
			return
		}
		span := ""
		if r.Entries > 0 {
			span = ", from " + r.From.UTC().Format(time.RFC3339) + " to " + r.To.UTC().Format(time.RFC3339)
		}
		_, _ = fmt.Fprintf(std.out, "%s: %d entries%s, the last is %d with hash %s\n", slug, r.Entries, span, r.Head.Seq, r.Head.Hash)
	})
	if err == nil && faults > 0 {
		err = errs.New(errs.Conflict, "the audit log is not as it was written")
	}
	return errors.Join(err, base.Close())
}
