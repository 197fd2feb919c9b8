package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"sallyport/internal/ask"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/questions", portal.InventoryRead, doc{Summary: "Questions in SQL that are kept: those of the organization, and those that the product comes with"}, listQuestions)
	_ = add("POST /api/v1/questions", portal.InventoryRead, doc{Summary: "Keep a question for all of the organization", Status: http.StatusCreated}, addQuestion)
	_ = add("PUT /api/v1/questions/{id}", portal.InventoryRead, doc{Summary: "Change a question of one's own", Help: "Who manages members changes those of others, too."}, putQuestion)
	_ = add("DELETE /api/v1/questions/{id}", portal.InventoryRead, doc{Summary: "Forget a question of one's own", Help: "Who manages members forgets those of others, too."}, deleteQuestion)
)

// KeptQuestion is a question that is kept.
type KeptQuestion struct {
	ID        string    `json:"id" doc:"empty of one that the product comes with"`
	Name      string    `json:"name"`
	Text      string    `json:"text" doc:"what it asks, in words"`
	SQL       string    `json:"sql"`
	BuiltIn   bool      `json:"builtIn" doc:"the product comes with it"`
	Own       bool      `json:"own" doc:"whether the caller may change it"`
	Owner     Ref       `json:"owner"`
	UpdatedAt time.Time `json:"updatedAt,omitzero"`
}

func showQuestion(c portal.Caller) func(store.Question) KeptQuestion {
	return func(q store.Question) KeptQuestion {
		own := q.Account == c.Account.ID || c.Can(portal.MembersWrite)
		return KeptQuestion{ID: q.ID, Name: q.Name, Text: q.Text, SQL: q.SQL, Own: own, Owner: Ref{q.Account, q.Owner}, UpdatedAt: q.Updated}
	}
}

func listQuestions(ctx context.Context, d Deps, c portal.Caller, _ none) (Page[KeptQuestion], error) {
	all, err := d.DB.Questions.List(ctx, c.Org.ID)
	if err != nil {
		return Page[KeptQuestion]{}, err
	}
	builtIn, err := ask.BuiltIn()
	if err != nil {
		return Page[KeptQuestion]{}, err
	}
	out := Page[KeptQuestion]{Items: each(all, showQuestion(c))}
	for _, k := range builtIn {
		out.Items = append(out.Items, KeptQuestion{Name: k.Name, Text: k.Text, SQL: k.SQL, BuiltIn: true})
	}
	return out, nil
}

type newQuestionIn struct {
	Name string `json:"name" min:"1" max:"80" doc:"small letters, digits and dashes"`
	Text string `json:"text" min:"1" max:"500"`
	SQL  string `json:"sql" min:"1" max:"20000"`
}

// check returns what is wrong with a question that is to be kept.
func (in newQuestionIn) check() error {
	builtIn, err := ask.BuiltIn()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(builtIn, func(k ask.Kept) bool { return k.Name == in.Name }) {
		return &field{"name", errs.New(errs.Conflict, "the product comes with a question %q", in.Name)}
	}
	if err := (ask.Kept{Name: in.Name, Text: in.Text, SQL: in.SQL}).Check(); err != nil {
		return &field{"name", err}
	}
	return nil
}

func addQuestion(ctx context.Context, d Deps, c portal.Caller, in newQuestionIn) (KeptQuestion, error) {
	if err := in.check(); err != nil {
		return KeptQuestion{}, err
	}
	now := d.Now()
	q := store.Question{ID: id.New(), Org: c.Org.ID, Account: c.Account.ID, Owner: c.Account.Name, Name: in.Name, Text: in.Text, SQL: in.SQL, Created: now, Updated: now}
	return showQuestion(c)(q), d.DB.Questions.Add(ctx, q)
}

type putQuestionIn struct {
	newQuestionIn

	ID string `path:"id"`
}

func putQuestion(ctx context.Context, d Deps, c portal.Caller, in putQuestionIn) (KeptQuestion, error) {
	if err := in.check(); err != nil {
		return KeptQuestion{}, err
	}
	q := store.Question{ID: in.ID, Org: c.Org.ID, Account: c.Account.ID, Name: in.Name, Text: in.Text, SQL: in.SQL, Updated: d.Now()}
	if err := d.DB.Questions.Set(ctx, q, c.Can(portal.MembersWrite)); err != nil {
		return KeptQuestion{}, err
	}
	all, err := d.DB.Questions.List(ctx, c.Org.ID)
	i := slices.IndexFunc(all, func(k store.Question) bool { return k.ID == in.ID })
	if err != nil || i < 0 {
		return KeptQuestion{}, err
	}
	return showQuestion(c)(all[i]), nil
}

func deleteQuestion(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	return none{}, d.DB.Questions.Remove(ctx, c.Org.ID, c.Account.ID, in.ID, c.Can(portal.MembersWrite))
}
