package keda

import (
	"context"
	"crypto/tls"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// The messages of externalscaler.proto as KEDA publishes it, put down by hand, so
// that what goes over the wire is not only held against the server's own types.
var published = func() protoreflect.FileDescriptor {
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("published.proto"), Package: proto.String("externalscaler"), Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{
			{
				Name: proto.String("ScaledObjectRef"),
				Field: []*descriptorpb.FieldDescriptorProto{
					field("name", 1, text), field("namespace", 2, text),
					many(message("scalerMetadata", 3, "ScaledObjectRef.ScalerMetadataEntry")),
				},
				NestedType: []*descriptorpb.DescriptorProto{{
					Name:    proto.String("ScalerMetadataEntry"),
					Field:   []*descriptorpb.FieldDescriptorProto{field("key", 1, text), field("value", 2, text)},
					Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)},
				}},
			},
			record("IsActiveResponse", field("result", 1, truth)),
			record("GetMetricSpecResponse", many(message("metricSpecs", 1, "MetricSpec"))),
			record("MetricSpec", field("metricName", 1, text), field("targetSize", 2, whole), field("targetSizeFloat", 3, float)),
			record("GetMetricsRequest", message("scaledObjectRef", 1, "ScaledObjectRef"), field("metricName", 2, text)),
			record("GetMetricsResponse", many(message("metricValues", 1, "MetricValue"))),
			record("MetricValue", field("metricName", 1, text), field("metricValue", 2, whole), field("metricValueFloat", 3, float)),
		},
	}, nil)
	if err != nil {
		panic(err)
	}
	return file
}()

const (
	text  = descriptorpb.FieldDescriptorProto_TYPE_STRING
	truth = descriptorpb.FieldDescriptorProto_TYPE_BOOL
	whole = descriptorpb.FieldDescriptorProto_TYPE_INT64
	float = descriptorpb.FieldDescriptorProto_TYPE_DOUBLE
)

func record(name string, fields ...*descriptorpb.FieldDescriptorProto) *descriptorpb.DescriptorProto {
	return &descriptorpb.DescriptorProto{Name: proto.String(name), Field: fields}
}

func field(name string, number int32, kind descriptorpb.FieldDescriptorProto_Type) *descriptorpb.FieldDescriptorProto {
	return &descriptorpb.FieldDescriptorProto{
		Name: proto.String(name), JsonName: proto.String(name), Number: proto.Int32(number), Type: kind.Enum(),
		Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
	}
}

func message(name string, number int32, of string) *descriptorpb.FieldDescriptorProto {
	f := field(name, number, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE)
	f.TypeName = proto.String(".externalscaler." + of)
	return f
}

func many(f *descriptorpb.FieldDescriptorProto) *descriptorpb.FieldDescriptorProto {
	f.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
	return f
}

// msg is a message of the published file, with what its JSON says.
type msg struct{ *dynamicpb.Message }

func newMsg(name protoreflect.Name) msg {
	return msg{dynamicpb.NewMessage(published.Messages().ByName(name))}
}

func (m msg) field(name protoreflect.Name) protoreflect.FieldDescriptor {
	return m.Descriptor().Fields().ByName(name)
}

func (m msg) get(name protoreflect.Name) any { return m.Get(m.field(name)).Interface() }

func (m msg) set(name protoreflect.Name, v any) msg {
	m.Set(m.field(name), protoreflect.ValueOf(v))
	return m
}

// only returns the single message of a list.
func (m msg) only(t *testing.T, name protoreflect.Name) msg {
	t.Helper()
	list := m.Get(m.field(name)).List()
	if list.Len() != 1 {
		t.Fatalf("%s has %d entries; want 1", name, list.Len())
	}
	return msg{list.Get(0).Message().Interface().(*dynamicpb.Message)}
}

// ref is a ScaledObject whose trigger has the metadata of pairs, and what KEDA
// puts there itself.
func ref(pairs ...string) msg {
	m := newMsg("ScaledObjectRef").set("name", "dispatch").set("namespace", "qzone")
	meta := m.Mutable(m.field("scalerMetadata")).Map()
	pairs = append(pairs, "scalerAddress", "headroom:7482")
	for i := 0; i < len(pairs); i += 2 {
		meta.Set(protoreflect.ValueOfString(pairs[i]).MapKey(), protoreflect.ValueOfString(pairs[i+1]))
	}
	return m
}

func metricsOf(object msg) msg {
	return newMsg("GetMetricsRequest").set("scaledObjectRef", object.Message).set("metricName", Metric)
}

// client calls over a connection of its own.
type client struct {
	t    *testing.T
	conn *grpc.ClientConn
}

func dial(t *testing.T, addr net.Addr, config *tls.Config) client {
	t.Helper()
	creds := insecure.NewCredentials()
	if config != nil {
		creds = credentials.NewTLS(config)
	}
	conn, err := grpc.NewClient(addr.String(), grpc.WithTransportCredentials(creds))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return client{t, conn}
}

func (c client) call(method string, in msg, out protoreflect.Name) (msg, error) {
	answer := newMsg(out)
	err := c.conn.Invoke(c.t.Context(), "/externalscaler.ExternalScaler/"+method, in.Message, answer.Message)
	return answer, err
}

func (c client) must(method string, in msg, out protoreflect.Name) msg {
	c.t.Helper()
	answer, err := c.call(method, in, out)
	if err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
	return answer
}

// listen opens StreamIsActive; next returns what comes next.
func (c client) listen(ctx context.Context, object msg) (next func() (bool, error)) {
	c.t.Helper()
	stream, err := c.conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/externalscaler.ExternalScaler/StreamIsActive")
	if err == nil {
		err = stream.SendMsg(object.Message)
	}
	if err == nil {
		err = stream.CloseSend()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return func() (bool, error) {
		answer := newMsg("IsActiveResponse")
		err := stream.RecvMsg(answer.Message)
		return answer.get("result").(bool), err
	}
}
