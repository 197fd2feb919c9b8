package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"sallyport/internal/errs"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/source"
)

var _ = add("POST /api/v1/sources/{id}/events", portal.SourcesWrite, doc{
	Summary: "Take a file of events", Status: http.StatusOK, Max: maxEventFile, Long: true, Takes: "application/octet-stream",
	Help: "One JSON object a line (NDJSON), a JSON list, or lists one after another; packed by gzip or not. It is read as it comes: messages of the topic source tell how far it has come. " +
		"Events that are there already count as nothing, so a file that broke off is sent again as a whole. They start no flows and raise no alerts unless act says so.",
}, takeFile)

const (
	// maxEventFile bounds a file of events as it is sent, in bytes.
	maxEventFile = 4 << 30
	// maxToldBad is how many events that cannot be read are told of one by one.
	maxToldBad = 20
)

type takeFileIn struct {
	ID   string `path:"id"`
	Act  bool   `query:"act" doc:"start flows and raise alerts for these events, as if they had just happened"`
	File upload
}

// TakenFile says what became of a file of events.
type TakenFile struct {
	Read int      `json:"read" doc:"events"`
	New  int      `json:"new" doc:"of them, those that were not there before"`
	Runs int      `json:"runs" doc:"flow runs that they started"`
	Bad  int      `json:"bad" doc:"that could not be read, and were passed over"`
	Told []string `json:"told" doc:"what is wrong with the first of those"`
}

func takeFile(ctx context.Context, d Deps, c portal.Caller, in takeFileIn) (TakenFile, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return TakenFile{}, err
	}
	switch {
	case !s.File:
		return TakenFile{}, errs.New(errs.Conflict, "the source takes no files")
	case d.Sink == nil:
		return TakenFile{}, errs.New(errs.Unavailable, "this server takes no files")
	}
	file, err := in.File.file("", "a file")
	if err != nil {
		return TakenFile{}, err
	}
	out := TakenFile{Told: []string{}}
	im := source.Importer{
		Sink: d.Sink, Org: c.Org.ID, Source: s.ID, Parse: s.Kind.Parse(), Act: in.Act,
		Bad: func(err error) {
			if len(out.Told) < maxToldBad {
				out.Told = append(out.Told, err.Error())
			}
		},
		Progress: func(p source.Imported) {
			d.Live.Publish(c.Org.ID, live.Message{Topic: live.Source, ID: s.ID, Data: &LiveData{Count: p.Read}})
		},
	}
	done, err := im.Import(ctx, file)
	out.Read, out.New, out.Runs, out.Bad = done.Read, done.New, done.Runs, done.Bad
	if err == nil {
		return out, nil
	}
	so := fmt.Sprintf("%d events were taken before; sending the file again adds none twice", done.Read)
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return TakenFile{}, errs.New(errs.Invalid, "the file is larger than %d GB: %s", large.Limit>>30, so)
	}
	if errs.KindOf(err) != errs.Internal || ctx.Err() != nil {
		return TakenFile{}, err
	}
	return TakenFile{}, errs.Wrap(errs.Invalid, err, "the file cannot be read: %v. %s", err, so)
}
