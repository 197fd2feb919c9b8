package portal

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The matrix of who may do what: a change of it shows here.
func TestMatrix(t *testing.T) {
	const want = `
                   admin responder analyst viewer
flows:read           x       x        x      x
flows:write          x       x        .      .
flows:run            x       x        x      .
flows:delegate       x       x        x      x
runs:read            x       x        x      x
runs:cancel          x       x        .      .
tables:read          x       x        x      x
tables:write         x       x        .      .
connections:read     x       x        x      x
connections:write    x       .        .      .
templates:install    x       x        .      .
sources:read         x       x        x      x
sources:write        x       x        .      .
events:read          x       x        x      x
alerts:read          x       x        x      x
alerts:write         x       x        x      .
rules:read           x       x        x      x
rules:write          x       x        .      .
channels:read        x       x        x      x
channels:write       x       x        .      .
actions:read         x       x        x      x
actions:undo         x       x        .      .
guard:read           x       x        x      x
guard:write          x       .        .      .
members:read         x       .        .      .
members:write        x       .        .      .
tokens:write         x       x        .      .
rehearse             x       x        .      .
`
	fields := func(s string) (out [][]string) {
		for line := range strings.Lines(s) {
			if f := strings.Fields(line); len(f) > 0 {
				out = append(out, f)
			}
		}
		return out
	}
	head := []string{}
	for _, r := range Roles() {
		head = append(head, string(r))
	}
	got := [][]string{head}
	for _, p := range Permissions() {
		line := []string{string(p)}
		for _, r := range Roles() {
			mark := "."
			if r.Allows(p) {
				mark = "x"
			}
			line = append(line, mark)
		}
		got = append(got, line)
	}
	if diff := cmp.Diff(fields(want), got); diff != "" {
		t.Error(diff)
	}
}

// Each role may do what the next may, so that a token's role is easily chosen.
func TestRolesNest(t *testing.T) {
	roles := Roles()
	for i, r := range roles {
		for j, other := range roles {
			if got, want := r.Within(other), i >= j; got != want {
				t.Errorf("%s within %s: %v, want %v", r, other, got, want)
			}
		}
	}
	if Role("owner").Permissions() != nil || Role("").Allows(FlowsRead) {
		t.Error("a role that there is not allows something")
	}
}

func TestCallerCan(t *testing.T) {
	tests := map[string]struct {
		role, token Role
		want        bool // events:read … flows:write
	}{
		"a session does what its role allows":         {role: Responder, want: true},
		"a session does no more":                      {role: Viewer, want: false},
		"a token does what both allow":                {role: Admin, token: Responder, want: true},
		"a token is held to its own role":             {role: Admin, token: Viewer, want: false},
		"a token falls with its maker's role":         {role: Viewer, token: Responder, want: false},
		"a token of one who is no member any more":    {role: "", token: Admin, want: false},
		"a token with a role that there is not is no": {role: Admin, token: "root", want: false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := Caller{Role: tt.role}
			if tt.token != "" {
				c.Token = Token{ID: "t", Role: tt.token}
			}
			if got := c.Can(FlowsWrite); got != tt.want {
				t.Errorf("flows:write: %v, want %v", got, tt.want)
			}
			for _, p := range c.Permissions() {
				if !c.Can(p) {
					t.Errorf("%s is listed but not allowed", p)
				}
			}
		})
	}
}
