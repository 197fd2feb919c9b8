package portal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"time"

	"sallyport/internal/saml"
)

// SSOSettings say how an organization's people sign in through its own identity
// provider: what a draft and what is in force have alike.
type SSOSettings struct {
	Metadata        string    // the identity provider's, XML; empty where there is none yet
	MetadataAt      time.Time // when it was taken
	MetadataURL     string    // where it is fetched again; empty where it was pasted
	GroupsAttribute string    // by which groups come
	Groups          []GroupRole
	Exempt          []string // accounts that may use a password all the same
}

// GroupRole is a role that the people of a group have. A group may be on several
// roles, and a role on several groups.
type GroupRole struct {
	Group string
	Role  string // its id
}

// DefaultGroupsAttribute is the attribute by which groups come where nothing else
// is said.
const DefaultGroupsAttribute = "groups"

// Hash tells settings apart: a test is of the settings that it was made with.
func (s SSOSettings) Hash() string {
	s.MetadataAt = time.Time{}
	text, err := json.Marshal(s.sorted())
	if err != nil { // of texts and lists of texts: it cannot be
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// sorted returns settings with their lists in order, each entry once.
func (s SSOSettings) sorted() SSOSettings {
	s.Groups = slices.Clone(s.Groups)
	slices.SortFunc(s.Groups, func(a, b GroupRole) int {
		return strings.Compare(a.Group+"\x00"+a.Role, b.Group+"\x00"+b.Role)
	})
	s.Groups = slices.Compact(s.Groups)
	s.Exempt = slices.Compact(slices.Sorted(slices.Values(s.Exempt)))
	return s
}

// RolesOf returns the ids of the roles that groups give together, each once, in
// order. A group counts by its whole name, letter by letter.
func (s SSOSettings) RolesOf(groups []string) []string {
	out := []string{}
	for _, m := range s.Groups {
		if slices.Contains(groups, m.Group) {
			out = append(out, m.Role)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// MapsTo reports whether some group gives a role.
func (s SSOSettings) MapsTo(role string) bool {
	return slices.ContainsFunc(s.Groups, func(g GroupRole) bool { return g.Role == role })
}

// SSOConfig is what is in force.
type SSOConfig struct {
	SSOSettings

	Org          string
	Enabled      bool
	Version      int64     // counts the changes
	TriedAt      time.Time // when the metadata was last fetched, or tried; zero for never
	RefreshError string    // of the last try
	UpdatedAt    time.Time
	UpdatedBy    string // account
}

// SSODraft is what is to be in force once it was tested.
type SSODraft struct {
	SSOSettings

	Org       string
	Hash      string
	UpdatedAt time.Time
	UpdatedBy string // account
}

// SSOConfigs keeps how organizations sign in.
type SSOConfigs interface {
	// Live returns what is in force, or was until it was switched off. An
	// organization that never had any is not found.
	Live(ctx context.Context, org string) (SSOConfig, error)
	// Draft returns the draft of an organization.
	Draft(ctx context.Context, org string) (SSODraft, error)
	// PutDraft keeps a draft in the place of an earlier one.
	PutDraft(ctx context.Context, d SSODraft) error
	// DropDraft forgets the draft, if there is one.
	DropDraft(ctx context.Context, org string) error
	// Publish puts the draft in force if all that is demanded of it holds, in one
	// transaction; see [SSO.Save].
	Publish(ctx context.Context, p SSOPublish) (SSOConfig, error)
	// Disable switches it off: passwords hold again.
	Disable(ctx context.Context, org, by string, at time.Time) error
	// Refreshed notes what fetching the metadata came to: an error, or else
	// metadata that is in force from then on.
	Refreshed(ctx context.Context, org, metadata, problem string, at time.Time) error
}

// SSOKeyStore keeps the key of each organization.
type SSOKeyStore interface {
	// Key returns an organization's key, and its certificate in DER.
	Key(ctx context.Context, org string) (sealed, certificate []byte, err error)
	// AddKey keeps a key, unless there is one already.
	AddKey(ctx context.Context, org string, sealed, certificate []byte, at time.Time) error
	// DueForRefresh returns what is in force of organizations whose metadata has a
	// URL and was not tried since a time.
	DueForRefresh(ctx context.Context, since time.Time) ([]SSOConfig, error)
}

// Keys seals what the database keeps: a keyring.
type Keys interface {
	Seal(plaintext, context []byte) ([]byte, error)
	Unseal(sealed, context []byte) ([]byte, error)
}

// SSOOptions are what an [SSO] is made of.
type SSOOptions struct {
	Portal    *Portal
	Configs   SSOConfigs
	Keys      SSOKeyStore
	Logins    SSOLogins
	Tests     SSOTests
	Traces    SSOTraces
	Directory SSODirectory
	Sealer    Keys
	// Fetch gets what stands at a URL, at most so many bytes, over a way out that
	// does not lead into the own network.
	Fetch func(ctx context.Context, url string, most int64) ([]byte, error)
	// Ended is told of sessions that were ended; optional.
	Ended func(org, session string)
	// Server is the URL of this server.
	Server string
	// AllowLoopback takes an identity provider on this machine over plain http,
	// for rehearsals.
	AllowLoopback bool
	Now           func() time.Time
	Log           *slog.Logger
	// AtOnce is how many answers are verified at once; 0 is four.
	AtOnce int
}

// SSO is single sign-on: how people come in through the identity provider of
// their organization. An identity provider speaks for its own organization alone:
// what it says proves one, and nothing of any other.
type SSO struct {
	o       SSOOptions
	parsed  *parsedMetadata
	slots   chan struct{}
	starts  *limiter
	asks    *limiter
	garbage *limiter
}

// NewSSO returns single sign-on on a portal.
func NewSSO(o SSOOptions) *SSO {
	if o.AtOnce == 0 {
		o.AtOnce = 4
	}
	if o.Ended == nil {
		o.Ended = func(string, string) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &SSO{
		o: o, parsed: &parsedMetadata{}, slots: make(chan struct{}, o.AtOnce),
		starts: newLimiter(Limit{Burst: 3000, Every: 20 * time.Millisecond}, o.Now), asks: newLimiter(Limit{Burst: 60, Every: 5 * time.Second}, o.Now),
		garbage: newLimiter(Limit{Burst: 60, Every: time.Second}, o.Now),
	}
}

// ServiceProvider is what an organization's identity provider is told of us.
type ServiceProvider struct {
	EntityID    string // Audience URI
	ACS         string // single sign-on URL
	Metadata    string // URL; it is the entity id's
	SLO         string // single logout URL
	Revocation  string // where Universal Logout is taken
	Start       string // where a sign-in of the organization begins
	Fingerprint string // of the certificate that our requests are signed with
	Certificate []byte // the same in DER
}

// urls returns the addresses of an organization. There is no underscore in any:
// Okta takes none.
func (s *SSO) urls(org Organization) ServiceProvider {
	base := s.o.Server + "/saml/" + org.Slug
	return ServiceProvider{
		EntityID: base, ACS: base + "/acs", Metadata: base, SLO: base + "/slo", Revocation: base + "/global-token-revocation", Start: s.o.Server + "/sso/start/" + org.Slug,
	}
}

// Provider returns what an organization's identity provider is to be told, with
// the key that is made where there is none yet.
func (s *SSO) Provider(ctx context.Context, org Organization) (ServiceProvider, error) {
	out := s.urls(org)
	sp, err := s.sp(ctx, org)
	if err != nil {
		return out, err
	}
	out.Fingerprint, out.Certificate = saml.Fingerprint(sp.Certificate), sp.Certificate.Raw
	return out, nil
}

// Metadata returns our own metadata for an organization, by its slug.
func (s *SSO) Metadata(ctx context.Context, slug string) ([]byte, error) {
	org, err := s.o.Portal.o.Organizations.BySlug(ctx, slug)
	if err != nil {
		return nil, err
	}
	sp, err := s.sp(ctx, org)
	if err != nil {
		return nil, err
	}
	return sp.Metadata()
}
