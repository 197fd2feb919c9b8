package api

import (
	"context"
	"net/http"
	"time"

	"sallyport/internal/portal"
)

var (
	_ = add("POST /api/v1/confirmations", anyone, doc{
		Summary: "Confirm that an address is one's own", Help: "By the token that stands behind the # of the link in the letter. It works once; nobody is signed in by it.",
	}, confirm)
	_ = add("POST /api/v1/confirmations/again", anyone, doc{
		Summary: "Have the link written again", Help: "To the address that the old link was written to, if that still waits for it. The answer is the same for any token.", Status: http.StatusNoContent,
	}, confirmAgain)
	_ = add("GET /api/v1/confirmations", portal.MembersRead, doc{Summary: "Members who have not confirmed their address", Help: "The newest first. What the links are is shown to nobody."}, listConfirmations)
	_ = add("POST /api/v1/members/{id}/confirmation", portal.MembersWrite, doc{
		Summary: "Have the link written to a member again", Help: "The one that they have is void from then on. At most every five minutes.",
	}, askAgain)
	_ = add("POST /api/v1/members/{id}/confirmation/link", portal.MembersWrite, doc{
		Summary: "Make a link to hand to a member", Help: "Where the server sends no mail; a conflict where it does. It is shown once, and the one that they have is void from then on.",
	}, handOver)
)

type confirmIn struct {
	Token string `json:"token" min:"1" max:"200"`
	From  portal.From
}

// Confirmed says where somebody goes who has confirmed their address: they sign in.
type Confirmed struct {
	Organization Organization  `json:"organization"`
	Email        string        `json:"email" doc:"the address that is confirmed"`
	Origin       portal.Origin `json:"origin" doc:"who came by sso or scim signs in through the organization's identity provider where it has one"`
	ReturnTo     string        `json:"returnTo,omitempty" doc:"the path of the console where they wanted to go"`
}

func confirm(ctx context.Context, d Deps, _ portal.Caller, in confirmIn) (Confirmed, error) {
	got, err := d.Portal.Confirm(ctx, in.Token, in.From)
	if err != nil {
		return Confirmed{}, err
	}
	return Confirmed{Organization{got.Org.ID, got.Org.Slug, got.Org.Name}, got.Address, got.Origin, got.ReturnTo}, nil
}

func confirmAgain(ctx context.Context, d Deps, _ portal.Caller, in confirmIn) (none, error) {
	return none{}, d.Portal.ConfirmAgain(ctx, in.Token, in.From)
}

// Confirmation is what a pending member is asked for.
type Confirmation struct {
	Member    string        `json:"member" doc:"id of the member"`
	Email     string        `json:"email" doc:"the address that they are to confirm"`
	Origin    portal.Origin `json:"origin"`
	Letter    string        `json:"letter,omitempty" doc:"id of the letter; not there where none is sent"`
	Unsent    string        `json:"unsent,omitempty" doc:"why no letter is sent"`
	CreatedAt time.Time     `json:"createdAt"`
	EndsAt    time.Time     `json:"endsAt" doc:"until then the link works; it may have passed"`
}

func showConfirmation(c portal.Confirmation) Confirmation {
	return Confirmation{c.Account, c.Address, c.Origin, c.Letter, c.Unsent, c.CreatedAt, c.EndsAt}
}

func listConfirmations(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Confirmation, error) {
	all, err := d.Portal.Unconfirmed(ctx, c)
	return each(all, showConfirmation), err
}

func askAgain(ctx context.Context, d Deps, c portal.Caller, in idIn) (Confirmation, error) {
	got, err := d.Portal.AskAgain(ctx, c, in.ID)
	return showConfirmation(got), err
}

// ConfirmationLink is a link that is handed over by hand.
type ConfirmationLink struct {
	Confirmation

	URL string `json:"url" doc:"whoever opens it confirms the address"`
}

func handOver(ctx context.Context, d Deps, c portal.Caller, in idIn) (ConfirmationLink, error) {
	link, got, err := d.Portal.HandOver(ctx, c, in.ID)
	return ConfirmationLink{showConfirmation(got), link}, err
}
