package api

import (
	"context"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/events/retention", portal.EventsRead, doc{Summary: "How long events are kept, and what is stored"}, getEventRetention)
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
