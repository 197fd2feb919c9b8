package api

import (
	"context"
	"net/http"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/remedy"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/remedy-schedules", portal.RemediesRead, doc{Summary: "What makes plans of remediation by the clock"}, listRemedySchedules)
	_ = add("POST /api/v1/remedy-schedules", portal.RemediesSchedule, doc{
		Summary: "Have plans made by the clock", Status: http.StatusCreated,
		Help: "At each turn the objects are selected anew. More than the ceiling are a mistake: nothing is done then. The plans are asked for by whoever made or changed the schedule last, who cannot approve them.",
	}, createRemedySchedule)
	_ = add("PUT /api/v1/remedy-schedules/{schedule}", portal.RemediesSchedule, doc{Summary: "Change what makes plans by the clock"}, putRemedySchedule)
	_ = add("DELETE /api/v1/remedy-schedules/{schedule}", portal.RemediesSchedule, doc{Summary: "Have no more plans made", Help: "Those that it made stay."}, deleteRemedySchedule)
)

// RemedyScheduleSpec is what a person says of a schedule.
type RemedyScheduleSpec struct {
	Title      string        `json:"title" max:"200"`
	Playbook   string        `json:"playbook" doc:"id"`
	Connection string        `json:"connection" doc:"id, of one to Okta"`
	People     string        `json:"people,omitempty" doc:"the people it is about: a condition (CEL) over user and now; or"`
	Check      string        `json:"check,omitempty" doc:"the id of a posture check, whose findings it is about"`
	With       *value.Object `json:"with,omitempty" doc:"further inputs of the playbook"`
	Cron       string        `json:"cron" doc:"minute hour day month weekday"`
	Zone       string        `json:"zone,omitempty" doc:"as Europe/Berlin; UTC where nothing is said"`
	Ceiling    int           `json:"ceiling" min:"1" max:"500" doc:"the most objects of one turn"`
	Approval   bool          `json:"approval,omitempty" doc:"its plans always want approval"`
	AtOnce     bool          `json:"atOnce,omitempty" doc:"of a check: a judgement that opens findings of it gives the schedule a turn, too"`
	Enabled    bool          `json:"enabled"`

	GraceHours      int    `json:"graceHours,omitempty" max:"2160" doc:"how long a plan waits before it runs; who is not selected any more then is left alone"`
	GraceConnection string `json:"graceConnection,omitempty" doc:"id, of mail: people are told of what is going to happen"`
	GraceSubject    string `json:"graceSubject,omitempty" max:"200"`
	GraceText       string `json:"graceText,omitempty" max:"5000"`
}

// RemedySchedule makes plans of remediation by the clock.
type RemedySchedule struct {
	RemedyScheduleSpec

	ID        string    `json:"id"`
	Actor     Actor     `json:"actor" doc:"who asks for its plans"`
	CreatedAt time.Time `json:"createdAt"`
	NextAt    time.Time `json:"nextAt,omitzero"`
	LastAt    time.Time `json:"lastAt,omitzero"`
	LastPlan  string    `json:"lastPlan,omitempty" doc:"id of the plan of the last turn"`
	LastSays  string    `json:"lastSays,omitempty" doc:"why the last turn came to nothing"`
}

func accountOf(actor string) string {
	if len(actor) > len(accountActor) && actor[:len(accountActor)] == accountActor {
		return actor[len(accountActor):]
	}
	return ""
}

func showRemedySchedules(ctx context.Context, d Deps, c portal.Caller, all []remedy.Schedule) ([]RemedySchedule, error) {
	people, err := namesOf(ctx, d, c, each(all, func(s remedy.Schedule) string { return accountOf(s.Actor) }))
	who := actionShower{people: people}
	return each(all, func(s remedy.Schedule) RemedySchedule {
		return RemedySchedule{
			RemedyScheduleSpec: RemedyScheduleSpec{
				Title: s.Title, Playbook: s.Playbook, Connection: s.Connection, People: s.Select.People, Check: s.Select.Check, With: s.With, Cron: s.Cron, Zone: s.Zone,
				Ceiling: s.Ceiling, Approval: s.Approval, AtOnce: s.AtOnce, Enabled: s.Enabled, GraceHours: s.Grace.Hours, GraceConnection: s.Grace.Connection, GraceSubject: s.Grace.Subject, GraceText: s.Grace.Text,
			},
			ID: s.ID, Actor: who.actor(s.Actor), CreatedAt: s.CreatedAt, NextAt: s.NextAt, LastAt: s.LastAt, LastPlan: s.LastPlan, LastSays: s.LastSays,
		}
	}), err
}

func listRemedySchedules(ctx context.Context, d Deps, c portal.Caller, _ none) ([]RemedySchedule, error) {
	all, err := d.DB.RemedySchedules.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	return showRemedySchedules(ctx, d, c, all)
}

func createRemedySchedule(ctx context.Context, d Deps, c portal.Caller, in RemedyScheduleSpec) (RemedySchedule, error) {
	now := d.Now()
	return saveRemedySchedule(ctx, d, c, in, remedy.Schedule{ID: id.At(now), Org: c.Org.ID, CreatedAt: now})
}

type putRemedyScheduleIn struct {
	RemedyScheduleSpec

	ID string `path:"schedule"`
}

func putRemedySchedule(ctx context.Context, d Deps, c portal.Caller, in putRemedyScheduleIn) (RemedySchedule, error) {
	s, err := d.DB.RemedySchedules.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return RemedySchedule{}, err
	}
	return saveRemedySchedule(ctx, d, c, in.RemedyScheduleSpec, s)
}

func saveRemedySchedule(ctx context.Context, d Deps, c portal.Caller, in RemedyScheduleSpec, s remedy.Schedule) (RemedySchedule, error) {
	for name, conn := range map[string]string{"connection": in.Connection, "graceConnection": in.GraceConnection} {
		if name == "graceConnection" && conn == "" {
			continue
		}
		if _, err := d.DB.Connections.Get(ctx, c.Org.ID, conn); err != nil {
			return RemedySchedule{}, &field{name, err}
		}
	}
	if in.Title == "" {
		return RemedySchedule{}, badField("title", "a title is wanted")
	}
	s.Title, s.Playbook, s.Connection, s.Select, s.With = in.Title, in.Playbook, in.Connection, remedy.Selection{People: in.People, Check: in.Check}, in.With
	s.Cron, s.Zone, s.Ceiling, s.Approval, s.AtOnce, s.Enabled, s.Actor = in.Cron, in.Zone, in.Ceiling, in.Approval, in.AtOnce, in.Enabled, c.Actor()
	s.Grace = remedy.Grace{Hours: in.GraceHours, Connection: in.GraceConnection, Subject: in.GraceSubject, Text: in.GraceText}
	next, err := d.Remedies.Check(s)
	if err != nil {
		return RemedySchedule{}, err
	}
	s.NextAt = next
	if err := d.DB.RemedySchedules.Save(ctx, s); err != nil {
		return RemedySchedule{}, err
	}
	shown, err := showRemedySchedules(ctx, d, c, []remedy.Schedule{s})
	if err != nil || len(shown) != 1 {
		return RemedySchedule{}, errs.Wrap(errs.Internal, err, "show the schedule")
	}
	return shown[0], nil
}

type remedyScheduleIn struct {
	ID string `path:"schedule"`
}

func deleteRemedySchedule(ctx context.Context, d Deps, c portal.Caller, in remedyScheduleIn) (none, error) {
	return none{}, d.DB.RemedySchedules.Remove(ctx, c.Org.ID, in.ID)
}
