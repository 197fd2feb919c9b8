//go:build race

package api

// peopleAtOnce is how many sign in at once; with the race detector each takes long.
const peopleAtOnce = 100
