package api

import (
	"context"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/events/retention", portal.EventsRead, doc{Summary: "How long events are kept, and what is stored"}, getEventRetention)
	_ = add("GET /api/v1/events/retention/preview", portal.EventsRead, doc{
		Summary: "What bounds would take away of the stored events", Help: "Nothing is deleted. Ask before the bounds are changed.",
	}, previewEventRetention)
	_ = add("PUT /api/v1/events/retention", portal.SourcesWrite, doc{
		Summary: "Change how long events are kept", Help: "Events that are past it are deleted within the hour, and cannot be had back. Those that an alert rests on stay.",
	}, putEventRetention)
)

// EventRetention is how long events are kept.
type EventRetention struct {
	Days      int        `json:"days" doc:"since they were published; 0 for no bound"`
	Megabytes int        `json:"megabytes" doc:"that they may take, about; 0 for no bound"`
	Stored    EventStock `json:"stored"`
}

// EventStock is what is stored of events.
type EventStock struct {
	Events    int       `json:"events"`
	Megabytes int       `json:"megabytes" doc:"estimated"`
	Oldest    time.Time `json:"oldest,omitzero"`
}

const megabyte = 1 << 20

func getEventRetention(ctx context.Context, d Deps, c portal.Caller, _ none) (EventRetention, error) {
	r, err := d.DB.EventRetention.Get(ctx, c.Org.ID)
	if err != nil {
		return EventRetention{}, err
	}
	stock, err := d.DB.EventRetention.Stock(ctx, c.Org.ID)
	return EventRetention{r.Days, int(r.Bytes / megabyte), EventStock{int(stock.Events), int(stock.Bytes / megabyte), stock.Oldest}}, err
}

// RetentionPreview is what bounds would take away of the stored events.
type RetentionPreview struct {
	Events int       `json:"events" doc:"that would go"`
	Since  time.Time `json:"since,omitzero" doc:"when the oldest event that is as old was published"`
	Before time.Time `json:"before,omitzero" doc:"what was published before would go; not there where the bounds reach nothing"`
	Stay   int       `json:"stay" doc:"events that are as old, and stay because an alert rests on them"`
}

type previewRetentionIn struct {
	Days      int `query:"days" min:"0" max:"36500" doc:"0 for no bound"`
	Megabytes int `query:"megabytes" min:"0" max:"100000000" doc:"0 for no bound"`
}

func previewEventRetention(ctx context.Context, d Deps, c portal.Caller, in previewRetentionIn) (RetentionPreview, error) {
	got, err := d.DB.EventRetention.Preview(ctx, c.Org.ID, store.Retention{Days: in.Days, Bytes: int64(in.Megabytes) * megabyte}, d.Now())
	return RetentionPreview{int(got.Events), got.Oldest, got.Before, int(got.Stay)}, err
}

type putEventRetentionIn struct {
	Days      int `json:"days" min:"0" max:"36500"`
	Megabytes int `json:"megabytes" min:"0" max:"100000000"`
}

func putEventRetention(ctx context.Context, d Deps, c portal.Caller, in putEventRetentionIn) (EventRetention, error) {
	err := d.DB.EventRetention.Set(ctx, c.Org.ID, store.Retention{Days: in.Days, Bytes: int64(in.Megabytes) * megabyte}, d.Now())
	if err != nil {
		return EventRetention{}, err
	}
	d.Log.InfoContext(ctx, "event retention changed", "organization", c.Org.Slug, "account", c.Account.Email, "days", in.Days, "megabytes", in.Megabytes)
	return getEventRetention(ctx, d, c, none{})
}
