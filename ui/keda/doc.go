// Package keda answers KEDA, which scales workloads of Kubernetes, as one of its
// external scalers: over gRPC KEDA asks how many workers a module shall have,
// and has Kubernetes run as many.
//
// A decision of Headroom goes out as a metric whose target is one a replica, so
// the HorizontalPodAutoscaler that KEDA makes wants as many replicas as workers
// are desired. Where there is no decision, or only an old one, the answer is an
// error with its reason and never a number: KEDA then keeps what runs, or goes to
// the fallback of its ScaledObject.
//
// The messages and the service are KEDA's own, from its package externalscaler.
// Whoever decides hands in a [Scales]; this package decides nothing.
package keda
