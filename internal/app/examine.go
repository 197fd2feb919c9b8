package app

import (
	"context"
	"time"

	"sallyport/internal/doctor"
)

// Examine looks at everything that a server of these options needs, beside one that
// runs or where none can. It changes nothing. asks says whether Okta, connected
// services and the mail server are asked, too.
func Examine(ctx context.Context, o Options, asks bool) (r doctor.Report) {
	if o.Now == nil {
		o.Now = time.Now
	}
	r.Findings = doctor.Configuration(o.Config, o.Now())
	files, ready := doctor.Files(o.Config)
	database, current := doctor.Database(ctx, o.Config.DSN(), o.Now)
	r.Findings = append(append(r.Findings, files...), database...)
	if !ready || !current { // what is missing would be made, and what is old be changed
		return r
	}
	c, err := OpenCore(ctx, o)
	if err != nil {
		r.Findings = append(r.Findings, doctor.Finding{Area: "server", Level: doctor.Fail, Text: "it would not start: " + err.Error(), Remedy: "Put right what the message names: a folder of content, a rule, the key file, the database."})
		return r
	}
	d := &doctor.Doctor{Config: c.Config, DB: c.DB, Engine: c.Engine, Sealed: c.sealedAndShut, Asks: asks, Now: c.Now}
	r.Findings = append(r.Findings, d.Look(ctx)...)
	if err := c.Close(); err != nil {
		r.Findings = append(r.Findings, doctor.Finding{Area: "server", Level: doctor.Warn, Text: err.Error(), Remedy: "Look again."})
	}
	return r
}
