"""Ops by TensorFlow's own names for them: `tf.raw_ops.AddV2(x=1, y=2)`."""

from __future__ import annotations

import inspect
from typing import Any

from engine.ir.op import public
from engine.ops.namespace import find_public

_TABLE = """
Abs math.abs x
Acos math.acos x
Acosh math.acosh x
Add math.add x y
AddN add_n inputs
AddV2 math.add x y
All reduce_all input=input_tensor axis keep_dims=keepdims
Angle math.angle input ~Tout
ArgMax math.argmax input dimension=axis output_type
ArgMin math.argmin input dimension=axis output_type
AsString strings.as_string input precision scientific shortest width fill
Asin math.asin x
Asinh math.asinh x
Atan math.atan x
Atan2 math.atan2 y x
Atanh math.atanh x
AvgPool nn.avg_pool2d value=input ksize strides padding data_format
BatchMatMulV2 linalg.matmul x=a y=b adj_x=adjoint_a adj_y=adjoint_b ~grad_x ~grad_y
BesselI0 math.bessel_i0 x
BesselI0e math.bessel_i0e x
BesselI1 math.bessel_i1 x
BesselI1e math.bessel_i1e x
BesselJ0 math.special.bessel_j0 x
BesselJ1 math.special.bessel_j1 x
BesselK0 math.special.bessel_k0 x
BesselK0e math.special.bessel_k0e x
BesselK1 math.special.bessel_k1 x
BesselK1e math.special.bessel_k1e x
BesselY0 math.special.bessel_y0 x
BesselY1 math.special.bessel_y1 x
Betainc math.betainc a b x
BiasAdd nn.bias_add value bias data_format
Bitcast bitcast input type
BitwiseAnd bitwise.bitwise_and x y
BitwiseOr bitwise.bitwise_or x y
BitwiseXor bitwise.bitwise_xor x y
BroadcastTo broadcast_to input shape
Cast cast x DstT=dtype ~Truncate
Ceil math.ceil x
CheckNumerics debugging.check_numerics tensor message
Cholesky linalg.cholesky input
Complex complex real imag ~Tout
ComplexAbs math.abs x ~Tout
ConcatV2 concat values axis
Conj math.conj input=x
Conv2D nn.conv2d input filter=filters strides padding data_format dilations \
~use_cudnn_on_gpu ~explicit_paddings
Cos math.cos x
Cosh math.cosh x
Cross linalg.cross a b
Cumprod math.cumprod x axis exclusive reverse
Cumsum math.cumsum x axis exclusive reverse
CumulativeLogsumexp math.cumulative_logsumexp x axis exclusive reverse
Dawsn math.special.dawsn x
DecodeBase64 io.decode_base64 input
DecodeRaw io.decode_raw bytes=input_bytes out_type little_endian
DepthwiseConv2dNative nn.depthwise_conv2d input filter strides padding data_format dilations \
~explicit_paddings
Diag linalg.tensor_diag diagonal
DiagPart linalg.tensor_diag_part input
Digamma math.digamma x
DivNoNan math.divide_no_nan x y
DynamicPartition dynamic_partition data partitions num_partitions
DynamicStitch dynamic_stitch indices data
Einsum raw.einsum inputs equation
Elu nn.elu features
EluGrad raw.elu_grad gradients outputs
EncodeBase64 io.encode_base64 input pad
EnsureShape ensure_shape input=x shape
Equal math.equal x y ~incompatible_shape_error
Erf math.erf x
Erfc math.erfc x
Erfinv math.erfinv x
EuclideanNorm math.reduce_euclidean_norm input=input_tensor axis keep_dims=keepdims
Exp math.exp x
ExpandDims expand_dims input axis
Expint math.special.expint x
Expm1 math.expm1 x
FFT signal.fft input
FFT2D signal.fft2d input
FFT3D signal.fft3d input
Fill fill dims value
Floor math.floor x
FloorDiv math.floordiv x y
FloorMod math.floormod x y
FresnelCos math.special.fresnel_cos x
FresnelSin math.special.fresnel_sin x
GatherNd gather_nd params indices ~bad_indices_policy
GatherV2 gather params indices axis batch_dims
Greater math.greater x y
GreaterEqual math.greater_equal x y
IFFT signal.ifft input
IFFT2D signal.ifft2d input
IFFT3D signal.ifft3d input
Identity identity input
IdentityN identity_n input
Igamma math.igamma a x
Igammac math.igammac a x
Imag math.imag input ~Tout
InTopKV2 math.in_top_k predictions targets k
Invert bitwise.invert x
InvertPermutation math.invert_permutation x
IsFinite math.is_finite x
IsInf math.is_inf x
IsNan math.is_nan x
L2Loss nn.l2_loss t
LRN nn.local_response_normalization input depth_radius bias alpha beta
LeakyRelu nn.leaky_relu features alpha
LeftShift bitwise.left_shift x y
Less math.less x y
LessEqual math.less_equal x y
Lgamma math.lgamma x
LinSpace linspace start stop num
Log math.log x
Log1p math.log1p x
LogMatrixDeterminant linalg.slogdet input
LogSoftmax nn.log_softmax logits
LogicalAnd math.logical_and x y
LogicalNot math.logical_not x
LogicalOr math.logical_or x y
Lu linalg.lu input output_idx_type
MatMul linalg.matmul a b transpose_a transpose_b ~grad_a ~grad_b
MatchingFiles io.matching_files pattern
MatrixBandPart linalg.band_part input num_lower num_upper
MatrixDeterminant linalg.det input
MatrixInverse linalg.inv input adjoint
MatrixLogarithm linalg.logm input
MatrixSolve linalg.solve matrix rhs adjoint
MatrixSquareRoot linalg.sqrtm input
MatrixTriangularSolve linalg.triangular_solve matrix rhs lower adjoint
Max reduce_max input=input_tensor axis keep_dims=keepdims
MaxPool nn.max_pool2d input ksize strides padding data_format ~explicit_paddings
Maximum math.maximum x y
Mean reduce_mean input=input_tensor axis keep_dims=keepdims
Min reduce_min input=input_tensor axis keep_dims=keepdims
Minimum math.minimum x y
MirrorPad pad input=tensor paddings mode
Mul math.multiply x y
MulNoNan math.multiply_no_nan x y
Ndtri math.ndtri x
Neg math.negative x
NextAfter math.nextafter x1 x2
NotEqual math.not_equal x y ~incompatible_shape_error
OneHot one_hot indices depth on_value off_value axis
OnesLike ones_like x=input
Pack stack values axis
Pad pad input=tensor paddings
PadV2 pad input=tensor paddings constant_values
ParseTensor io.parse_tensor serialized out_type
Polygamma math.polygamma a x
Pow math.pow x y
Prod reduce_prod input=input_tensor axis keep_dims=keepdims
Qr linalg.qr input full_matrices
RGBToHSV image.rgb_to_hsv images
RandomIndexShuffle random_index_shuffle index seed max_index rounds
Range range start limit delta
Rank rank input
ReadFile io.read_file filename
Real math.real input ~Tout
RealDiv realdiv x y
Reciprocal math.reciprocal x
RegexFullMatch strings.regex_full_match input pattern
RegexReplace strings.regex_replace input pattern rewrite replace_global
Relu nn.relu features
Relu6 nn.relu6 features
Relu6Grad raw.relu6_grad gradients features
ReluGrad raw.relu_grad gradients features
Reshape reshape tensor shape
ReverseSequence reverse_sequence input seq_lengths seq_dim=seq_axis batch_dim=batch_axis
ReverseV2 reverse tensor axis
RightShift bitwise.right_shift x y
Rint math.rint x
Roll roll input shift axis
Round math.round x
Rsqrt math.rsqrt x
ScatterNd scatter_nd indices updates shape ~bad_indices_policy
SegmentMax math.segment_max data segment_ids
SegmentMean math.segment_mean data segment_ids
SegmentMin math.segment_min data segment_ids
SegmentProd math.segment_prod data segment_ids
SegmentSum math.segment_sum data segment_ids
SelectV2 where condition t=x e=y
Selu nn.selu features
SeluGrad raw.selu_grad gradients outputs
SerializeTensor io.serialize_tensor tensor
Shape shape input out_type
Sigmoid math.sigmoid x
Sign math.sign x
Sin math.sin x
Sinh math.sinh x
Size size input out_type
Slice slice input=input_ begin size
Softmax nn.softmax logits
SoftmaxCrossEntropyWithLogits raw.softmax_cross_entropy features labels
Softplus math.softplus features
Softsign math.softsign features
SparseSoftmaxCrossEntropyWithLogits raw.sparse_softmax_cross_entropy features labels
Spence math.special.spence x
Split split value axis num_split=num_or_size_splits
SplitV split value axis size_splits=num_or_size_splits num_split=num
Sqrt math.sqrt x
SqrtGrad raw.sqrt_grad y dy
Square math.square x
SquaredDifference math.squared_difference x y
Squeeze squeeze input axis
StopGradient stop_gradient input
StridedSlice strided_slice input=input_ begin end strides begin_mask end_mask ellipsis_mask \
new_axis_mask shrink_axis_mask
StringJoin strings.join inputs separator
StringLength strings.length input unit
StringLower strings.lower input encoding
StringStrip strings.strip input
StringToHashBucket strings.to_hash_bucket string_tensor=input num_buckets
StringToHashBucketFast strings.to_hash_bucket_fast input num_buckets
StringToNumber strings.to_number string_tensor=input out_type
StringUpper strings.upper input encoding
Sub math.subtract x y
Substr strings.substr input pos len unit
Sum reduce_sum input=input_tensor axis keep_dims=keepdims
Tan math.tan x
Tanh math.tanh x
TensorScatterAdd tensor_scatter_nd_add tensor indices updates bad_indices_policy
TensorScatterMax tensor_scatter_nd_max tensor indices updates bad_indices_policy
TensorScatterMin tensor_scatter_nd_min tensor indices updates bad_indices_policy
TensorScatterSub tensor_scatter_nd_sub tensor indices updates bad_indices_policy
TensorScatterUpdate tensor_scatter_nd_update tensor indices updates bad_indices_policy
Tile tile input multiples
Timestamp timestamp
TopKV2 math.top_k input k sorted index_type
Transpose transpose x=a perm
TruncateDiv truncatediv x y
TruncateMod truncatemod x y
UnicodeScript strings.unicode_script input
Unique unique x out_idx
Unpack unstack value num axis
UnsortedSegmentMax math.unsorted_segment_max data segment_ids num_segments
UnsortedSegmentMin math.unsorted_segment_min data segment_ids num_segments
UnsortedSegmentProd math.unsorted_segment_prod data segment_ids num_segments
UnsortedSegmentSum math.unsorted_segment_sum data segment_ids num_segments
Where where condition
WriteFile io.write_file filename contents
Xdivy math.xdivy x y
Xlog1py math.xlog1py x y
Xlogy math.xlogy x y
ZerosLike zeros_like x=input
Zeta math.zeta x q
"""
"""Lines: the op, the public function that does it, and the arguments; `raw=public` where the
names differ, `~raw` where one makes no difference here."""


def _declare(line: str) -> None:
    name, path, *arguments = line.split()
    renamed = {}
    for argument in arguments:
        raw, _, target = argument.partition("=")
        if raw.startswith("~"):
            renamed[raw[1:]] = ""
        else:
            renamed[raw] = target or raw

    def call(*positional: Any, name: str | None = None, **given: Any) -> Any:
        """The op of that name; it takes keyword arguments only."""
        if positional:
            raise TypeError(
                f"{call.__name__} only takes keyword args (possible keys: {[*renamed, 'name']}). "
                "Please pass these args as kwargs instead."
            )
        unknown = [key for key in given if key not in renamed]
        if unknown:
            raise TypeError(f"{call.__name__}() got an unexpected keyword argument {unknown[0]!r}")
        passed = {renamed[key]: value for key, value in given.items() if renamed[key]}
        if name is not None:
            passed["name"] = name
        return find_public(path)(**passed)

    call.__name__ = call.__qualname__ = name
    kinds = [inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, annotation=Any)
             for key in renamed]  # fmt: skip
    kinds.append(
        inspect.Parameter("name", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Any)
    )
    call.__signature__ = inspect.Signature(kinds)  # type: ignore[attr-defined]
    public(f"raw_ops.{name}")(call)


for _line in _TABLE.strip().splitlines():
    _declare(_line)
