package remedy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/guard"
	"sallyport/internal/value"
)

// Mails tells people of a plan by mail, through a connection of the organization.
type Mails struct {
	Conns  guard.Connections
	Caller guard.Caller
}

// Tell writes to each person to whom a plan is going to do something. {{ name }}
// and {{ at }} in subject and text are their login and the end of the grace. Who
// has no address is passed over; that some could not be told is an error.
func (m *Mails) Tell(ctx context.Context, p Plan, g Grace) error {
	conn, err := m.Conns.Connection(ctx, p.Org, g.Connection)
	if err != nil {
		return fmt.Errorf("tell people of plan %s: %w", p.ID, err)
	}
	going := map[int]bool{}
	for i := range p.Steps {
		going[p.Steps[i].Object] = going[p.Steps[i].Object] || p.Steps[i].State == Planned
	}
	var failed []error
	for i := range p.Steps {
		st := &p.Steps[i]
		to := value.String(value.Lookup(st.Before, "user.profile.email"))
		if st.Before == nil || to == "" || !going[st.Object] {
			continue
		}
		fill := strings.NewReplacer("{{ name }}", p.Objects[st.Object].Name, "{{ at }}", p.RunAt.UTC().Format(time.RFC1123)).Replace
		_, err := m.Caller.Do(ctx, conn, connector.Call{Action: "send", Key: "remedy/" + p.ID + "/" + p.Objects[st.Object].ID, Priority: priority, Inputs: value.Map(
			"to", []any{to}, "subject", fill(g.Subject), "text", fill(g.Text))})
		if err != nil {
			failed = append(failed, fmt.Errorf("tell %s: %w", to, err))
		}
	}
	return errors.Join(failed...)
}
