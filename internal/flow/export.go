package flow

import (
	"context"
	"maps"
	"slices"

	"sallyport/internal/errs"
)

// Text is a published flow as it is written, and what its slots are filled with.
type Text struct {
	Flow Flow
	Body string // YAML
}

// export gives a flow that stands in the folder of another as a file's content.
func (x *execution) export(ctx context.Context, from *Program, slug, format string) ([]byte, error) {
	p, ok := x.book.bySlug[slugKey{from.Flow.Folder, slug}]
	if !ok {
		return nil, errs.New(errs.NotFound, "there is no published flow %q in this folder", slug)
	}
	ids := []string{p.Flow.ID}
	if format != "yaml" {
		if x.r.Export == nil {
			return nil, errs.New(errs.Invalid, "flows cannot be exported here")
		}
		for _, id := range slices.Sorted(maps.Keys(x.book.helpers(p))) {
			if id != p.Flow.ID {
				ids = append(ids, id)
			}
		}
	}
	texts := make([]Text, len(ids))
	var err error
	x.away(func() {
		for i, id := range ids {
			f := x.book.byID[id].Flow
			var v Version
			if v, err = x.r.Library.Shelf.Version(ctx, x.run.Org, id, f.Version); err != nil {
				return
			}
			texts[i] = Text{f, v.Body}
		}
	})
	switch {
	case err != nil:
		return nil, err
	case format == "yaml":
		return []byte(texts[0].Body), nil
	}
	return x.r.Export(texts)
}
